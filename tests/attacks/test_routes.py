"""Every route by every other method, and what the fuzzing of test_described.py has found.

The routes come from the application's own table, so that a new one is tried without a word here.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cases.embedding.bundled import BundledEncoder
from cases.models.case import Draft, Hold
from cases.models.org import Office
from cases.scope import Scope
from tests.fakes.cast import NOON, case_of, trial_of
from tests.fakes.two_companies import SECRET, Site, site

THEIRS = "their-own-id"


@pytest.fixture
async def pages(sqlite_file: Path, tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Site]:
    async with site(sqlite_file, tmp_path, encoder) as found:
        await furnish(found)
        yield found


async def furnish(pages: Site) -> None:
    """The second company has rows of an id that the first one has not."""
    mine: dict[str, Any] = {"company_id": "c2"}
    at = {"created_at": NOON}
    async with pages.database.transaction(Scope("c2")) as shelf:
        shelf.session.add_all([
            case_of(THEIRS, **mine, title=SECRET["c2"]),
            Draft(**mine, **at, id=THEIRS, author_id="sato", updated_at=NOON),
            Office(**mine, id=THEIRS, name=SECRET["c2"], name_en="x"),
            Hold(**mine, **at, id=THEIRS, draft_id="draft", author_id="sato", queue="safety"),
            trial_of(THEIRS, "kato", **mine, id=THEIRS),
        ])  # fmt: skip


def paths(pages: Site, method: str) -> list[str]:
    """The application's own table."""
    web: Any = pages.hub.platforms["web"]
    return [route.path for route in web.routes() if route.method == method]


def fill(path: str, value: str) -> str:
    return re.sub(r"\{\w+\}", value, path)


async def test_the_calendar_is_checked_before_any_planner_saw_the_company(pages: Site) -> None:
    browser = await pages.signed_in("nakamura")
    await browser.get("/calendar")
    answer = await browser.send("/calendar", step="check", closed="10-01 創立記念日")
    assert answer.status == 200
    assert "創立記念日" in answer.text


@pytest.mark.attack(17, 49)
@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
async def test_a_form_in_parts_is_refused_before_it_is_read(pages: Site, kind: str) -> None:
    for path in pages.routes("POST"):
        answer = await pages.browser().post(path, {"text": "x"}, **{"Content-Type": kind})
        assert (answer.status, "E-00" in answer.text) == (415, True), path


@pytest.mark.attack(17)
@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"])
async def test_no_other_method_does_anything(pages: Site, method: str) -> None:
    browser = await pages.signed_in("nakamura")
    before = await pages.trail()
    for path in {fill(path, "case") for path in (*paths(pages, "GET"), *paths(pages, "POST"))}:
        answer = await browser._ask(method, path, {})
        if method != "HEAD":  # which is a GET without its body
            assert answer.status in (404, 405), path
        assert SECRET["c1"] not in answer.text
    done = [row for row in await pages.trail() if row[1] != "denied"]  # a HEAD is a GET that was
    assert done == before
