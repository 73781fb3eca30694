"""Every regular expression of the product, and texts that would make a bad one slow."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]  # typeshed leaves them out
from typing import Any

PACKAGES = ("bot", "cases", "scheduler")
ROOT = Path(__file__).parents[2]
NOT_IMPORTED = ("__main__", "embedding.sentence")  # the latter brings torch; read as text


def expressions() -> dict[str, re.Pattern[str]]:
    """`where` → pattern: those of modules' globals, and those written inside a call."""
    found = {}
    for where, pattern in (*_held(), *_inline()):
        if isinstance(pattern.pattern, str):
            found.setdefault((pattern.pattern, pattern.flags), (where, pattern))
    return {f"{where} {number}": one for number, (where, one) in enumerate(found.values())}


def _held() -> Iterator[tuple[str, re.Pattern[str]]]:
    for package in PACKAGES:
        for one in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not one.name.endswith(NOT_IMPORTED):
                importlib.import_module(one.name)
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] in PACKAGES:
            for value in vars(module).values():
                yield from ((name, pattern) for pattern in _inside(value))


def _inside(value: object, deep: int = 0) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif deep < 4 and isinstance(value, dict):
        yield from _inside([*value, *value.values()], deep + 1)
    elif deep < 4 and isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _inside(one, deep + 1)
    elif deep < 4 and not isinstance(value, type):
        names = getattr(value, "__dataclass_fields__", ())
        yield from _inside([getattr(value, name, None) for name in names], deep + 1)


def _inline() -> Iterator[tuple[str, re.Pattern[str]]]:
    for path in sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield path.relative_to(ROOT).as_posix(), re.compile(first.value)


def pumps(pattern: re.Pattern[str], size: int) -> list[str]:
    """Texts of about `size` characters made of what the pattern repeats, each with a wrong end."""
    atoms = [atom for atom in dict.fromkeys(_atoms(_parser.parse(pattern.pattern))) if atom]
    whole = "".join(atoms)[:50] or "a"
    pieces = dict.fromkeys([*atoms[:12], whole, *_pairs(atoms[:4]), " ", "a", "あ", "0"])
    return [piece * (size // len(piece)) + end for piece in pieces for end in ("", "\x00!")]


def _pairs(atoms: list[str]) -> Iterator[str]:
    yield from (one + other for one in atoms for other in atoms if one != other)


def _atoms(parsed: Any) -> Iterator[str]:
    """A character for each literal and set of the pattern, wherever it stands."""
    literals = ""
    for op, value in parsed:
        if op is _constants.LITERAL:
            literals += chr(value)
            continue
        yield literals
        literals = ""
        if op is _constants.IN:
            yield _member(value)
        elif op in (_constants.ANY, _constants.NOT_LITERAL):
            yield "x"
        else:
            for inner in _parts(value):
                yield from _atoms(inner)
    yield literals


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, _parser.SubPattern):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _parts(one)


def _member(members: Any) -> str:
    for op, value in members:
        if op is _constants.LITERAL:
            return chr(value)
        if op is _constants.RANGE:
            return chr(value[0])
        if op is _constants.CATEGORY:
            return {"DIGIT": "0", "SPACE": " "}.get(str(value).rpartition("_")[2], "w")
        if op is _constants.NEGATE:
            return next(
                char for char in "xあ0 " + string.printable if not _names(members[1:], char)
            )
    return "x"


def _names(members: Any, char: str) -> bool:
    code = ord(char)
    return any(
        (op is _constants.LITERAL and value == code)
        or (op is _constants.RANGE and value[0] <= code <= value[1])
        for op, value in members
    )
