"""The pages in the words of OpenAPI, made of the application's own routes and of what its pages
ask for: the fields of their forms and what stands behind the `?` of their links. For schemathesis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Route = tuple[str, str]  # method, path as the application writes it: /case/{id}
KINDS = (
    "text/html", "text/plain", "text/csv", "text/css", "text/javascript", "application/jsonl",
    "application/octet-stream", "image/svg+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip
TOKEN = 64  # characters of a CSRF token
ANSWERS = ("200", "204", "303", "400", "401", "403", "404", "409", "413", "415", "429")


@dataclass
class Asked(HTMLParser):
    """Fields that pages send, by method and path: name → the values that stand in the page."""

    fields: dict[Route, dict[str, set[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._form: Route | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {key: value or "" for key, value in attrs}
        if tag == "form":
            self._form = (has.get("method", "get").upper(), urlsplit(has.get("action", "/")).path)
        if tag == "a":
            self._link(has.get("href", ""))
        if tag == "select":
            self._select = has.get("name", "")
        if tag in ("input", "textarea", "select", "button"):
            self._field(has.get("name", ""), has.get("value", ""))
        if tag == "option":
            self._field(self._select, has.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def _link(self, where: str) -> None:
        parts = urlsplit(where)
        for name, value in parse_qsl(parts.query):
            self._keep(("GET", parts.path), name, value)

    def _field(self, name: str, value: str) -> None:
        if name and self._form is not None:
            self._keep(self._form, name, value)

    def _keep(self, place: Route, name: str, value: str) -> None:
        self.fields.setdefault(place, {}).setdefault(name, set()).add(value)

    def of(self, method: str, path: str) -> dict[str, set[str]]:
        """What any page sends to a route; the address of its form has its own ids."""
        pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))
        found: dict[str, set[str]] = {}
        for (how, where), fields in self.fields.items():
            if how != method or not pattern.fullmatch(where):
                continue
            for name, values in fields.items():
                found.setdefault(name, set()).update(values)
        return found


def description(
    routes: Iterable[Route], asked: Asked, known: dict[str, list[str]], token: str
) -> dict[str, Any]:
    """OpenAPI 3.1. `known` has values for fields and parts of paths, by name; `token` is the
    session's own, which every form needs.
    """
    known = {**known, "csrf": [token]}
    paths: dict[str, Any] = {}
    for method, path in routes:
        fields = asked.of(method, path) | ({"csrf": set()} if method == "POST" else {})
        words = {
            name: _word(sorted({*values, *known.get(name, ())}) if name != "csrf" else [token])
            for name, values in fields.items()
        }
        paths.setdefault(path, {})[method.lower()] = _operation(path, words, known)
    info = {"title": "hitotsubu", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths}


def _operation(
    path: str, words: dict[str, dict[str, Any]], known: dict[str, list[str]]
) -> dict[str, Any]:
    """What is sent behind the `?`, or, with a token, as a form."""
    parts: list[dict[str, Any]] = [
        {"in": "path", "name": name, "required": True, "schema": _word(known.get(name, []), 1)}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    answers = {one: _answer(one) for one in ANSWERS}
    found: dict[str, Any] = {"parameters": parts, "responses": answers}
    if "csrf" not in words:
        parts += [{"in": "query", "name": name, "schema": word} for name, word in words.items()]
        return found
    shape = {"type": "object", "properties": words, "required": ["csrf"]}
    form = {"application/x-www-form-urlencoded": {"schema": shape}}
    return {**found, "requestBody": {"required": True, "content": form}}


def _word(values: list[str], least: int = 0) -> dict[str, Any]:
    """A value that pages know, or any text; a token is only itself."""
    anything = {"type": "string", "minLength": least, "maxLength": 200}
    if not values:
        return anything
    known = {"type": "string", "enum": [value for value in values if len(value) >= least]}
    return known if len(values) == 1 and len(values[0]) == TOKEN else {"anyOf": [known, anything]}


def _answer(status: str) -> dict[str, Any]:
    empty = status in ("204", "303")
    return {"description": status} | ({} if empty else {"content": {kind: {} for kind in KINDS}})
