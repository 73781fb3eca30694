"""Schemathesis at the running pages of two companies, by a description made of the application.

It sends what the description allows, what it forbids and each boundary of it, as people of the
first company and as nobody; every single answer keeps the walls (reliability.md §14, SEC17).
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.conversation.pace import Pace
from bot.web.walls import HEADERS, HSTS, SIGNED_IN
from cases.db import Database
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from cases.vocabulary import Role
from tests.attacks.described import Asked, Route, description
from tests.attacks.test_routes import THEIRS, furnish
from tests.bot.test_rights import every_action
from tests.conformance.test_crossing import everything_of
from tests.fakes.two_companies import HOST, SECRET, Browser, Site, site

ALWAYS = {
    name.lower(): [value] for name, value in {**HEADERS, "Strict-Transport-Security": HSTS}.items()
}
REFUSED = (400, 401, 403, 404, 413, 415)
ENDS = "/sign-out"  # ends the session of all that comes after it; its own tests press it
ANYTHING = {"shape": ("examples", "coverage", "fuzzing"), "examples": 4}
CHANCE = {"shape": ("fuzzing",), "examples": 8}
EDGES = {"shape": ("coverage",), "examples": 1}
KNOWN = {  # values that name something, by field or part of a path
    "id": ["case", "waits", "draft", THEIRS, "nobody-s"],
    "office": ["sendai", "kobe", THEIRS],
    "month": ["2026-10", "0001-01", "9999-12", "10000-01"],
    "kind": ["monthly_digest", THEIRS],
    "form": ["csv", "xlsx", "json"],
    "link": ["c1.x", "c2.x"],
    "name": ["page.css"],
    "text": ["ヘルプ", "役割", "²", "9" * 100, "' OR 1=1 --", "<script>", "../../x", THEIRS],
    "press": [
        f"0 {action} {value}"
        for action, value in itertools.product(sorted(every_action()), ("case", THEIRS))
    ],
}


@pytest.fixture
async def pages(sqlite_file: Path, tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Site]:
    async with site(sqlite_file, tmp_path, encoder) as found:
        await furnish(found)
        async with found.database.transaction(Scope("c1")) as shelf:
            member = await shelf.people.member("nakamura")
            assert member is not None
            member.roles = [str(role) for role in Role]  # whatever the roles: the wall holds
        desk: Any = found.hub.platforms["web"]
        desk.desk.pace = Pace(itertools.count(step=2).__next__)  # asks slowly, however fast it is
        yield found


@dataclass
class Wall:
    """What holds for every answer, as a check of schemathesis; and how many there were."""

    token: str  # of the session; empty for nobody
    statuses: list[int] = field(default_factory=list)

    def check(self, response: Any, method: str) -> None:
        text = response.content.decode("utf-8", "replace")
        self.statuses.append(response.status_code)
        assert response.status_code < 500, "a failure"
        assert SECRET["c2"] not in text, "a word of the other company"
        assert self.token or SECRET["c1"] not in text, "read without signing in"
        assert "Traceback" not in text
        assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS
        if method == "POST" and (not self.token or self.token != _token(response.request.body)):
            assert response.status_code in REFUSED, "a form without its session's token"


def _token(body: bytes | str | None) -> str:
    """The first one counts."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
    found = re.search(r"(?:^|&)csrf=([^&]*)", text)
    return found[1] if found else ""


@contextmanager
def registered(wall: Wall) -> Iterator[None]:
    """Schemathesis calls the wall for each answer."""
    import schemathesis  # a second: only where it is used
    from schemathesis.checks import CHECKS

    def walls(_: Any, response: Any, case: Any) -> None:
        wall.check(response, case.method)

    schemathesis.check(walls)
    try:
        yield
    finally:
        CHECKS.unregister("walls")


def drive(schema: dict[str, Any], where: str, headers: dict[str, str], way: Any) -> list[str]:
    """Runs schemathesis' engine over the description; what went wrong, in its words."""
    import schemathesis
    from schemathesis.engine import events, from_schema

    phases = ("examples", "coverage", "fuzzing", "stateful")
    checks = ("walls", "not_a_server_error", "status_code_conformance")
    config = schemathesis.Config.from_dict({
        "base-url": where, "headers": headers, "seed": 8, "max-redirects": 0,
        "generation": {"max-examples": way["examples"], "deterministic": True, "database": "none"},
        "checks": {"enabled": False, **{name: {"enabled": True} for name in checks}},
        "phases": {name: {"enabled": name in way["shape"]} for name in phases},
    })  # fmt: skip
    wrong = []
    for event in from_schema(schemathesis.openapi.from_dict(schema, config=config)).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(repr(event))
        if isinstance(event, events.ScenarioFinished):
            nodes = itertools.chain.from_iterable(event.recorder.checks.values())
            wrong += [f"{event.recorder.label}: {one}" for one in nodes if one.failure_info]
    return wrong


async def asked_of(browser: Browser, pages: Site) -> Asked:
    """The forms and links of every page, and of every card that a first press opens."""
    asked = Asked()
    for path in (*pages.routes("GET"), "/office?office=kobe", "/library?page=1"):
        answer = await browser.get(path)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            asked.feed(answer.text)
    for press in sorted(asked.of("POST", "/press").get("press", ())):
        answer = await browser.send("/press", press=press, card="c", key=press)
    asked.feed((await browser.get("/")).text)
    return asked


async def rows_of_the_other(database: Database) -> dict[str, list[Any]]:
    async with database.reading(Scope("c2")) as shelf:
        return await everything_of(shelf, "c2")


@pytest.mark.slow
@pytest.mark.attack(17, 42)
@pytest.mark.parametrize(("who", "way"), [("nakamura", ANYTHING), ("sato", CHANCE), ("", EDGES)])
async def test_whatever_its_description_allows_or_forbids_is_answered_within_the_walls(
    pages: Site, who: str, way: Any
) -> None:
    asked = await asked_of(await pages.signed_in("nakamura"), pages)
    browser = await pages.signed_in(who) if who else pages.browser()
    token = re.findall(r'name="csrf" value="(\w+)"', (await browser.get("/")).text)
    wall = Wall(token[0] if token else "")
    web: Any = pages.hub.platforms["web"]
    routes: list[Route] = [(one.method, one.path) for one in web.routes() if one.path != ENDS]
    schema = description(routes, asked, KNOWN, wall.token or "0" * 64)
    headers = {"Host": HOST, "X-Forwarded-For": browser.address}
    if who:
        headers["Cookie"] = f"{SIGNED_IN}={browser.cookies[SIGNED_IN]}"
    before = await rows_of_the_other(pages.database)
    with registered(wall):
        found = await asyncio.to_thread(drive, schema, str(pages.http.make_url("/")), headers, way)
    assert found == []
    assert await rows_of_the_other(pages.database) == before
    assert {*wall.statuses} >= ({200, 303, 404} if who else {303, 401, 404})
