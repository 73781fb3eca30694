"""What a named change puts in question, on both databases: by word, area, channel and tool."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases import keeping, legal_holds, revisions
from cases.errors import NotAllowed, NotFound
from cases.models.case import Case
from cases.revisions import INSERT, MATERIAL, TOOL, Change
from cases.vocabulary import Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, case_of
from tests.fakes.clocked import ClockedDatabase

DAY = NOON.date()
CODE = "WEB-2611-03"


async def furnish(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(
            case_of("code", "sato", action=f"案内状({CODE})を送った"),
            case_of("wide", "kato", action="案内状(ＷＥＢ－2611－03)を送った", days_ago=40),
            case_of("longer", "kato", action=f"案内状({CODE}1、X{CODE})を送った"),
            case_of("area", "ito", area=["neuro"], status=Status.OFFICE),
            case_of("mail", "ito", channels=["mr_email"]),
            case_of("tablet", "ito", details={"digital_part": "iPadで図を見せた"}),
            case_of("young", "ito", action=CODE, days_ago=0),
            case_of("gone", "ito", action=CODE, status=Status.WITHDRAWN),
        )


@pytest.mark.parametrize(
    ("change", "meant"),
    [
        (Change(INSERT, DAY, CODE), ["wide", "code"]),
        (Change(INSERT, DAY, "案内状"), ["wide", "code", "longer"]),
        (Change(INSERT, DAY, "", ("areas:neuro",)), ["area"]),
        (Change(TOOL, DAY, "", ("channels:email",)), ["mail"]),
        (Change(TOOL, DAY, "", ("channels:mr_email", "tools:clm")), ["mail", "tablet"]),
        (Change(MATERIAL, DAY, "どこにもない"), []),
        (Change(MATERIAL, DAY - timedelta(days=35), CODE), ["wide"]),
    ],
)
async def test_a_change_means_what_has_its_word_area_channel_or_tool(
    acts: Acts, change: Change, meant: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(acts)
    monkeypatch.setattr(revisions, "PAGE", 2)
    async with acts("nakamura") as shelf:
        assert [case.id for case in await revisions.affected(shelf, change)] == meant


async def test_a_named_change_asks_once_until_somebody_stands_for_the_case(
    acts: Acts, database: ClockedDatabase
) -> None:
    await furnish(acts)
    change = Change(INSERT, DAY, CODE)
    async with acts("nakamura") as shelf:
        marked = await revisions.name(shelf, change, ["code", "area", "young", "gone"])
        assert [case.id for case in marked] == ["code"]
        assert revisions.what_of(marked[0]) == INSERT
        row = await shelf.keeping.revision(change.id)
        assert row is not None
        assert (row.word, row.since, row.named_by) == (CODE, DAY, "nakamura")
        assert await revisions.name(shelf, change, ["code"]) == []
        later = Change(INSERT, DAY, CODE.lower())  # the same one, typed in another way
        assert [case.id for case in await revisions.affected(shelf, later)] == ["wide"]
        await revisions.name(shelf, later, ["wide"])
    database.turn(days=1)
    async with acts("sato") as shelf:
        assert [case.id for case in await revisions.waiting(shelf, "sato")] == ["code"]
        await revisions.stand_for(shelf, "code")
        await revisions.stand_for(shelf, "code")
        assert await revisions.waiting(shelf, "sato") == []
        with pytest.raises(NotFound):
            await revisions.stand_for(shelf, "wide")
        with pytest.raises(NotFound):
            await revisions.stand_for(shelf, "gone")
    async with acts("nakamura") as shelf:
        assert await revisions.affected(shelf, change) == []
        other = Change(MATERIAL, date(2026, 11, 6), CODE)  # of a day later
        assert [case.id for case in await revisions.affected(shelf, other)] == ["wide", "young"]


async def test_a_word_that_stands_in_no_case_is_not_kept(acts: Acts) -> None:
    await furnish(acts)
    change = Change(INSERT, DAY, "山田先生", ("areas:neuro",))
    async with acts("nakamura") as shelf:
        assert await revisions.name(shelf, change, ["area"])
        row = await shelf.keeping.revision(change.id)
        assert row is not None
        assert (row.word, row.tags) == ("", ["areas:neuro"])


async def test_of_who_left_or_has_no_account_others_decide(
    acts: Acts, database: ClockedDatabase
) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("left", "ono", action=CODE), case_of("there", "sato", action=CODE))
        shelf.cases.add(case_of("alone", "ando", action=CODE))
        await shelf.session.delete((await shelf.people.accounts("ando"))[0])
    async with acts("nakamura") as shelf:
        await revisions.name(shelf, Change(INSERT, DAY, CODE), ["left", "there", "alone"])
        over = await revisions.left_over(shelf)
        assert sorted(case.id for case in over) == ["alone", "left"]
        await revisions.stand_for(shelf, "left")
        with pytest.raises(NotFound):
            await revisions.stand_for(shelf, "there")
    async with acts("kato") as shelf:
        with pytest.raises(NotFound):
            await revisions.stand_for(shelf, "alone")
    with pytest.raises(NotAllowed):
        async with acts("kato") as shelf:
            await revisions.left_over(shelf)
    database.turn(days=30)
    async with acts("nakamura") as shelf:
        assert await revisions.left_over(shelf) == []


async def test_unanswered_for_thirty_days_a_young_case_sinks_too(
    acts: Acts, database: ClockedDatabase
) -> None:
    await furnish(acts)
    async with acts("nakamura") as shelf:
        change = Change(INSERT, DAY, CODE, ("areas:neuro",))
        assert len(await revisions.name(shelf, change, ["code", "wide", "area"])) == 3
    for days, wanted in ((29, Status.COMPANY), (1, Status.STALE), (1, Status.STALE)):
        database.turn(days=days)
        async with acts() as shelf:
            await keeping.purge(shelf, await legal_holds.held(shelf))
            cases = {case.id: case for case in await shelf.cases.whatever(["code", "area"])}
            assert cases["code"].status is wanted
            assert cases["area"].status is Status.OFFICE  # it is found by its office alone
    async with acts() as shelf:
        code = await shelf.cases.any("code")
        assert isinstance(code, Case)
        await keeping.confirm(shelf, code)
        assert (code.status, code.revision_id) == (Status.COMPANY, None)
