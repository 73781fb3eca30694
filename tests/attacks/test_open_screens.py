"""What stays on a screen, and in a room, of people who may not see it any more."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.conversation import answering
from cases import digests
from cases.embedding.bundled import BundledEncoder
from cases.models.case import Hold
from cases.models.loop import Wish
from cases.models.org import Member
from cases.rights import APART
from cases.scope import Scope
from cases.vocabulary import Role, Status
from scheduler.models import Delivery
from scheduler.store.ledger import Ledger
from tests.fakes.cast import NOON, case_of
from tests.fakes.two_companies import SECRET, Site, site

HELD = "この文面は確認の人だけが読みます"


@pytest.fixture
async def pages(sqlite_file: Path, tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Site]:
    async with site(sqlite_file, tmp_path, encoder) as found:
        yield found


async def become(pages: Site, who: str, *roles: Role) -> None:
    async with pages.database.transaction(Scope("c1")) as shelf:
        member = await shelf.session.get_one(Member, ("c1", who))
        member.roles = [str(role) for role in roles]


async def hold(pages: Site) -> None:
    """A text of sato that compliance has to read."""
    text = pages.hub.library.ring.seal_json({"action": HELD}, "c1")
    async with pages.database.transaction(Scope("c1")) as shelf:
        shelf.cases.add(
            Hold(
                company_id="c1",
                id="held",
                draft_id="draft",
                author_id="sato",
                text=text,
                text_hash="x",
                rules=["off_label"],
                queue="compliance",
                created_at=NOON,
            )
        )


@pytest.mark.attack(26)
async def test_a_held_text_leaves_the_open_page_with_the_role(pages: Site) -> None:
    await hold(pages)
    await become(pages, "ito", Role.MODERATOR)
    browser = await pages.signed_in("ito")
    await browser.get("/holds")
    assert await browser.send("/press", card="queue-compliance", press="0 holds.read held")
    assert HELD in (await browser.get("/")).text
    await become(pages, "ito", Role.MEMBER)
    assert HELD not in (await browser.get("/")).text
    await become(pages, "ito", Role.MODERATOR)
    assert HELD in (await browser.get("/")).text


@pytest.mark.attack(28)
async def test_a_case_of_the_office_that_its_author_left_is_posted_in_no_other_room(
    pages: Site,
) -> None:
    async with pages.database.transaction(Scope("c1")) as shelf:
        shelf.cases.add(case_of("sendais", "sato", status=Status.OFFICE))
        (await shelf.session.get_one(Member, ("c1", "sato"))).office_id = "osaka"
        for room in await shelf.roster.rooms():
            room.posts, room.state = True, "active"
    await become(pages, "sato", Role.PROMOTER)
    browser = await pages.signed_in("sato")
    assert (await browser.get("/case/sendais")).status == 200
    await browser.get("/")
    for number, deed in enumerate(("discuss.preview", "discuss.post", "digest.share_item")):
        await browser.send("/press", key=str(number), card="x", press=f"0 {deed} sendais:2026-10")
    await browser.send("/press", key="4", card="x", press="0 discuss.post sendais")
    await browser.send("/press", key="5", card="x", press="0 digest.share_now sendais:2026-10")
    assert await posts(pages) == []
    await browser.send("/press", key="6", card="x", press="0 digest.share_now case:2026-10")
    assert await posts(pages) == ["office_share"]


async def posts(pages: Site) -> list[str]:
    async with pages.database.transaction(Scope("c1")) as shelf:
        rows = await Ledger(shelf).deliveries(Delivery.room_id.is_not(None), 9)
        return [row.kind for row in rows]


@pytest.mark.attack(29)
async def test_what_a_forged_button_says_is_not_written_into_the_trail(pages: Site) -> None:
    async with pages.database.transaction(Scope("c1")) as shelf:
        for room in await shelf.roster.rooms():
            room.posts, room.state = True, "active"
    browser = await pages.signed_in("kato")
    await browser.get("/")
    await browser.send("/press", card="x", press="0 digest.share_now case:患者の山田さん")
    async with pages.database.transaction(Scope("c1")) as shelf:
        assert not any("山田" in one.subject for one in await shelf.audit.entries())


@pytest.mark.attack(23)
async def test_who_reads_no_cases_reads_none_by_any_button_either(pages: Site) -> None:
    async with pages.database.transaction(Scope("c1")) as shelf:
        (await shelf.session.get_one(Member, ("c1", "ito"))).office_id = "sendai"
        await digests.make(shelf, "sendai", "2026-10")
        (await shelf.session.get_one(Wish, ("c1", "wish"))).theme = f"{SECRET['c1']}の求む"
    await become(pages, "ito", *APART)
    browser = await pages.signed_in("ito")
    await browser.get("/")
    (token, *_) = re.findall(r'name="csrf" value="(\w+)"', browser.text)
    before = await pages.trail()
    values = {"digest": "sendai:2026-10", "wish": "wish"}
    for deed in sorted(answering.PRESSED):
        value = values.get(deed.partition(".")[0], "case")
        form = {"csrf": token, "key": deed, "card": "x", "press": f"0 {deed} {value}"}
        told = (await browser.post("/press", form, **{"HX-Request": "true"})).text
        assert told, deed
        assert not re.search(f"{SECRET['c1']}の(事例|求む)", told), deed
    deeds = {what for _, what in (await pages.trail())[len(before) :]}
    assert deeds <= {"denied", "sign_in.link"}
