"""An id of another company, at each button and each address: answered as an id that nobody has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert

from cases import sample
from cases.db import Database
from cases.models.org import Company
from cases.scope import Scope
from cases.search import Found
from cases.vocabulary import Role
from tests.bot.test_rights import become, every_action
from tests.drivers.desk import DeskDriver, screen_of
from tests.fakes.pages import Pages, pages
from tests.fakes.sample_cast import NAKAMURA
from tests.fakes.two_of_everything import WALLED, rows_of

FIRST = "z1"  # asked before both, so that what is read once is read
THEIRS, NOBODYS = "x2", "z2"  # theirs is the id of a row in every table of the other company
# How buttons name what they are about: the id alone, or with what else they carry.
VALUES = ("{}", "{}:x", "{} p whole", "x:{}", "{}:1:2:3:action")
# What comes back is what was typed into a box, not what an id stands for.
TYPED = {"find.start", "share.start", "home.find", "share.as_win", "share.from_message"}


async def another_company(db: Database) -> None:
    async with db.transaction(Scope("other")) as shelf:
        shelf.session.add(Company(id="other", name="別の会社", settings={}))
        await shelf.session.flush()
        for table in WALLED:
            await shelf.session.execute(insert(table), rows_of(table, "other", 3))


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """The SQL that is done inside: equal work takes equal time, whatever the clock says."""
    done: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        done.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    yield done
    event.remove(db.engine.sync_engine, "before_cursor_execute", note)


def alike(text: str) -> str:
    """Without the id that was asked for, and what every page makes anew."""
    return re.sub(r"\bx2\b|\bz[12]\b|[0-9a-f]{32,64}", "", text)


@pytest.mark.attack(17)
@pytest.mark.slow  # 1,700 presses, each handled to its end
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.attack(25)
async def test_each_button_answers_alike_for_an_id_of_another_company_and_for_none(
    desk: DeskDriver, value: str
) -> None:
    await another_company(desk.house.hub.library.db)
    await become(desk.house, NAKAMURA, list(Role))  # whatever the roles: the wall is the company
    told: dict[str, list[tuple[str, int]]] = {}
    for action in sorted(every_action() - TYPED):
        for one in (FIRST, NOBODYS, THEIRS):
            raw = {"user": NAKAMURA, "action": action, "value": value.format(one), "fields": FIELDS}
            with statements(desk.house.hub.library.db) as done:
                replies = await desk.replies(raw)
            shown = "\n".join(screen_of(reply.card).text for reply in replies)
            told.setdefault(action, []).append((alike(shown), len(done)))
    assert {action: all_ for action, all_ in told.items() if all_[1] != all_[2]} == {}
    assert not any("別の会社" in text for both in told.values() for text, _ in both)


FIELDS: dict[str, Any] = {"leaving": "0", "why": "words", "comment": "ことばを直してください"}


@pytest.mark.attack(17)
async def test_each_address_answers_alike_for_an_id_of_another_company_and_for_none(
    tmp_path: Path,
) -> None:
    async with pages(tmp_path) as page:
        await another_company(page.db)
        async with page.db.transaction(Scope("c1")) as shelf:
            member = await shelf.people.member("hq")
            assert member is not None
            member.roles = [str(role) for role in Role]
        await page.post("/switch", who="hq")
        told = {path: await both(page, path) for path in addresses(page)}
    assert {path: two for path, two in told.items() if two[0] != two[1]} == {}
    assert {path for path, (one, _) in told.items() if one[0] == 404} >= {"/case/{id}"}


def addresses(page: Pages) -> list[str]:
    """Every page that names something in its address, and two that do behind the `?`."""
    routes = page.client.app.router.routes() if page.client.app else ()
    named = {one.resource.canonical for one in routes if one.method == "GET" and one.resource}
    found = sorted(path for path in named - {"/static/{name}"} if "{" in path)
    return [*found, "/office?office={id}", "/library?channel={id}"]


async def both(page: Pages, path: str) -> list[tuple[int, str, list[str]]]:
    """Status, text and SQL for an id that nobody has, and for the other company's."""
    found = []
    for one in (FIRST, NOBODYS, THEIRS):
        where = re.sub(r"{\w+}", one, path.replace("{month}", "2026-10"))
        with statements(page.db) as done:
            status, text = await page.get(where)
        found.append((status, alike(text), done))
    return found[1:]


@pytest.mark.attack(20, 21)
async def test_the_same_question_in_two_companies_has_two_answers(desk: DeskDriver) -> None:
    """What one company knows is in no cache, index, count or sentence of the other."""
    library = desk.house.hub.library
    await another_company(library.db)
    question = "訪問規制の先生に、電話の時間を秘書さんに聞いて変えたら先生と話せた例、ある?"
    ours, theirs = Scope(sample.COMPANY), Scope("other")
    before = told(await library.find(theirs, question))
    first = told(await library.find(ours, question))
    again = told(await library.find(theirs, question))
    assert again == before  # whoever asked in between
    assert first[1] != again[1]
    assert told(await library.find(ours, question)) == first


def told(found: Found) -> tuple[str, list[tuple[str, float, int]], object]:
    """All that an answer says."""
    hits = [(hit.case_id, hit.score, len(hit.same)) for hit in found.hits]
    return found.match, hits, found.chips
