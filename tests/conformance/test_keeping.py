"""Retention by the table: what is past its time goes with its vectors, what is held stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from cases import audit, burying, keeping, leaving, legal_holds, members, sharing, tombstones
from cases.columns import Base
from cases.db import Shelf
from cases.errors import BadInput, NotAllowed, NotFound, OnHold, SamePerson
from cases.legal_holds import Held
from cases.models.case import Case, Draft, Embedding, Hold
from cases.models.loop import Wish
from cases.models.talk import Reflection, Talk
from cases.scope import Scope
from cases.store.keeping import PERSONAL
from cases.vocabulary import DraftState, Role, Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, RING, case_of, scope_of, trial_of
from tests.fakes.clocked import ClockedDatabase

TEXT = "予約の時間を先生と決めた"
SECOND = Scope("c1", "tanaka", frozenset({Role.HQ_ADMIN}))


def draft(draft_id: str, *, days: int, **values: object) -> Draft:
    then = NOON - timedelta(days=days)
    given = {"author_id": "sato", "values": {"action": TEXT}, "original": b"k1:x", **values}
    return Draft(company_id="c1", id=draft_id, created_at=then, updated_at=then, **given)


def vector(case_id: str) -> Embedding:
    return Embedding(
        company_id="c1", case_id=case_id, model="m", part="whole", content_hash="h",
        vector=b"1234", written_at=NOON,
    )  # fmt: skip


async def night(acts: Acts) -> dict[str, int]:
    """One run of retention: what went, by kind."""
    async with acts() as shelf:
        gone = await keeping.purge(shelf, await legal_holds.held(shelf))
    return {data: count for data, count in gone.items() if count}


async def clear_texts(shelf: Shelf, kind: type[Case] | type[Draft]) -> str:
    rows = (await shelf.session.scalars(select(kind))).all()
    return "".join(str(vars(row)) for row in rows)


@pytest.mark.attack(56)
async def test_a_withdrawn_case_loses_text_and_vector_after_thirty_days(
    acts: Acts, database: ClockedDatabase
) -> None:
    async with acts("sato") as shelf:
        trial = trial_of("gone", "kato", id="t1")
        trial.note = TEXT
        shelf.cases.add(case_of("gone", action=TEXT), vector("gone"))
        shelf.cases.add(draft("edit", days=1, case_id="gone"))
        shelf.loop.add(trial)
        await shelf.cases.flush()
        await sharing.withdraw(shelf, "gone")
    database.turn(days=29)
    assert "withdrawn case" not in await night(acts)
    database.turn(days=1)
    assert (await night(acts))["withdrawn case"] == 1
    async with acts() as shelf:
        case = await shelf.cases.any("gone")
        assert case is not None
        assert (case.status, case.action, case.title) == (Status.WITHDRAWN, "", "")
        assert await shelf.cases.vectors_since("m", None) == []
        assert TEXT not in await clear_texts(shelf, Case) + await clear_texts(shelf, Draft)
        assert [one.note for one in await shelf.loop.trials_of(["gone"])] == [""]
        assert await shelf.audit.has("case.purge", "gone")
    assert await night(acts) == {}


async def test_a_case_of_which_nobody_speaks_sinks_and_ends_after_three_years(
    acts: Acts, database: ClockedDatabase
) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("old", days_ago=0), case_of("loved", days_ago=0), vector("old"))
    database.turn(days=200)
    async with acts() as shelf:
        for case in await shelf.keeping.unconfirmed(shelf.now - keeping.ASKED_AGAIN):
            case.doubted_at = shelf.now
        loved = await shelf.cases.any("loved")
        assert loved is not None
        await keeping.confirm(shelf, loved)
    database.turn(days=30)
    await night(acts)
    async with acts() as shelf:
        assert await statuses(shelf) == {"old": Status.STALE, "loved": Status.COMPANY}
    database.turn(days=1097 - 230)
    assert (await night(acts))["published case"] == 1
    async with acts() as shelf:
        assert await statuses(shelf) == {"old": Status.ARCHIVED, "loved": Status.STALE}
        assert await shelf.cases.vectors_since("m", None) == []
        loved = await shelf.cases.any("loved")
        assert loved is not None
        await keeping.confirm(shelf, loved)
        assert loved.status is Status.COMPANY


async def statuses(shelf: Shelf) -> dict[str, Status]:
    return {one.id: one.status for one in (await shelf.session.scalars(select(Case))).all()}


async def test_drafts_answers_and_searches_go_by_their_periods(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(
            draft("old", days=15),
            draft("young", days=13),
            draft("waiting", days=15, state=DraftState.WAITING, submitted_at=NOON),
            draft("asked", days=15, asked_at=NOON),
        )
        for days in (91, 89):
            shelf.talks.add(
                Reflection(
                    company_id="c1", member_id="sato", prompt="S2-BEN-Q1", answer=b"k1:x",
                    asked_on=f"{NOON - timedelta(days=days):%Y-%m-%d}",
                )
            )  # fmt: skip
        for member_id, days in (("sato", 31), ("kato", 29)):
            then = NOON - timedelta(days=days)
            row = Talk(company_id="c1", member_id=member_id, search={"q": TEXT}, updated_at=then)
            shelf.session.add(row)
    assert await night(acts) == {
        "draft never submitted": 1,
        "original wording": 2,
        "reflection": 1,
        "last search": 1,
    }
    async with acts() as shelf:
        left = {row.id: row.original for row in (await shelf.session.scalars(select(Draft))).all()}
        assert left == {"young": b"k1:x", "waiting": None, "asked": None}
        answers = [row.answer for row in await shelf.talks.reflections_of("sato")]
        assert answers == [b"k1:x", None]
        last = await shelf.audit.last()
        assert last is not None
        assert last.subject.startswith("draft_never_submitted=1 original_wording=2")


def wished(wish_id: str, days: int, **more: object) -> Wish:
    then = NOON - timedelta(days=days)
    row = {"company_id": "c1", "id": wish_id, "theme": "題", "asker_id": "sato", "asked_at": then}
    return Wish(**{**row, **more})


async def test_who_asked_is_forgotten_once_told_or_after_ninety_days(acts: Acts) -> None:
    late = {"state": "answered", "answered_by": "one"}
    async with acts("nakamura") as shelf:
        shelf.loop.add(
            wished("old", 91),
            wished("young", 89),
            wished("told", 1, **late, answered_at=NOON, told_at=NOON),
            wished("waits", 91, **late, answered_at=NOON - timedelta(days=80)),
            wished("never told", 200, **late, answered_at=NOON - timedelta(days=91)),
            wished("held", 91, asker_id="kato"),
        )
        await shelf.loop.flush()
        await legal_holds.place(shelf, legal_holds.MEMBER, "kato", "A-1")
    assert await night(acts) == {"asker of a wish": 3}
    async with acts() as shelf:
        rows = await shelf.loop.wishes(only_open=False)
        known = {row.id for row in rows if row.asker_id}
        assert (len(rows), known) == (6, {"young", "waits", "held"})
    assert await night(acts) == {}


async def test_what_is_under_a_legal_hold_stays_until_it_is_lifted(acts: Acts) -> None:
    async with acts() as shelf:
        decided = NOON - timedelta(days=91)
        shelf.cases.add(
            draft("old", days=15),
            case_of("gone", "ando", status=Status.WITHDRAWN, days_ago=40),
            Hold(
                company_id="c1", id="h", draft_id="d", author_id="sato", queue="compliance",
                text=b"k1:x", created_at=decided, decided_at=decided,
            ),
        )  # fmt: skip
    async with acts("nakamura") as shelf:
        on_sato = await legal_holds.place(shelf, legal_holds.MEMBER, "sato", "2026-017")
        on_case = await legal_holds.place(shelf, legal_holds.CASE, "gone", "2026-018")
    assert await night(acts) == {}
    async with acts("nakamura") as shelf:
        assert [row.reference for row in await legal_holds.listing(shelf)] == [
            "2026-017", "2026-018",
        ]  # fmt: skip
        for row in (on_sato, on_case):
            await legal_holds.lift(shelf, row.id)
        with pytest.raises(NotFound):
            await legal_holds.lift(shelf, on_case.id)
    assert await night(acts) == {
        "draft never submitted": 1,
        "withdrawn case": 1,
        "held text, compliance": 1,
    }


async def test_a_hold_on_the_company_stops_everything(acts: Acts) -> None:
    async with acts("nakamura") as shelf:
        shelf.cases.add(draft("old", days=15))
        await legal_holds.place(shelf, legal_holds.COMPANY, "c1", "A-1")
        assert (await legal_holds.held(shelf)).member("anybody")
    assert await night(acts) == {}


@pytest.mark.parametrize(
    ("who", "what", "subject", "reference", "error"),
    [
        ("sato", "member", "kato", "A-1", NotAllowed),
        ("nakamura", "member", "nobody", "A-1", NotFound),
        ("nakamura", "company", "c2", "A-1", NotFound),
        ("nakamura", "member", "kato", "山田先生の件", BadInput),
    ],
)
async def test_a_hold_needs_head_office_a_subject_and_a_number(
    acts: Acts, who: str, what: str, subject: str, reference: str, error: type[Exception]
) -> None:
    async with acts(who) as shelf:
        with pytest.raises(error):
            await legal_holds.place(shelf, what, subject, reference)


async def test_the_years_of_the_audit_trail_are_three_to_ten(
    acts: Acts, database: ClockedDatabase
) -> None:
    today, database.moment = database.moment, NOON - timedelta(days=365 * 6)
    async with acts() as shelf:
        await audit.record(shelf, "case.publish", "x")
    database.moment = today
    async with acts("nakamura") as shelf:
        with pytest.raises(BadInput):
            await keeping.choose_audit_years(shelf, 2, SECOND)
        await keeping.choose_audit_years(shelf, 7, SECOND)
    assert await night(acts) == {}
    async with acts("nakamura") as shelf:
        await keeping.choose_audit_years(shelf, 5, SECOND)
        held = await legal_holds.place(shelf, legal_holds.MEMBER, "sato", "2026-017")
    assert await night(acts) == {}  # whoever is held: the trail is one chain
    async with acts("nakamura") as shelf:
        await legal_holds.lift(shelf, held.id)
    assert await night(acts) == {"audit entry": 1}
    async with acts() as shelf:
        assert await audit.first_broken(shelf) is None


async def furnish(acts: Acts) -> None:
    """Of 小野, who left: a case with its vector, a draft, an answer."""
    async with acts() as shelf:
        shelf.cases.add(case_of("onos", "ono", action=TEXT, show_author=True), vector("onos"))
        shelf.cases.add(draft("theirs", days=1, author_id="ono"))
        shelf.talks.add(
            Reflection(
                company_id="c1", id="r", member_id="ono", prompt="p", asked_on="2026-11-01",
                answer=b"k1:secret",
            )
        )  # fmt: skip


async def test_a_leaver_is_shown_as_such_and_what_is_kept_can_be_had(acts: Acts) -> None:
    await furnish(acts)
    async with acts() as shelf:
        assert members.shown_name(await shelf.people.member("ono")) == "退職者"
        found = await leaving.export(shelf, "ono")
        assert found["member"][0]["email"] == "ono@c1.example"
        assert found["case"][0]["action"] == TEXT
        assert found["reflection"][0]["answer"] == "(sealed)"  # a trust promise
        assert "company_id" not in found["draft"][0]
        rows = await leaving.note(shelf, "ono", found)
        assert rows == sum(len(part) for part in found.values())
        assert await shelf.audit.has("member.export", f"ono rows={rows}")
        with pytest.raises(NotFound):
            await leaving.export(shelf, "nobody")


@pytest.mark.attack(56)
@pytest.mark.parametrize("with_cases", [False, True])
@pytest.mark.attack(56)
async def test_two_people_of_head_office_end_a_leavers_data(acts: Acts, with_cases: bool) -> None:
    await furnish(acts)
    second = scope_of("nakamura")
    async with acts("nakamura") as shelf:
        with pytest.raises(SamePerson):
            await leaving.delete(shelf, "ono", second)
        other = type(second)("c1", "mori", second.roles)
        with pytest.raises(BadInput, match="roster"):
            await leaving.delete(shelf, "sato", other)
        gone = await leaving.delete(shelf, "ono", other, with_cases=with_cases)
        assert (gone["draft"], gone["reflection"], gone["account"]) == (1, 1, 1)
    async with acts() as shelf:
        member = await shelf.people.member("ono")
        assert member is not None
        assert (member.name, member.email, member.active) == ("", None, False)
        case = await shelf.cases.any("onos")
        assert case is not None
        assert not case.show_author
        assert case.action == ("" if with_cases else TEXT)
        assert bool(await shelf.cases.vectors_since("m", None)) is not with_cases
        assert await shelf.audit.has("member.delete", "ono second=mori")


async def test_who_is_no_head_office_ends_nobodys_data_and_a_hold_keeps_it(acts: Acts) -> None:
    await furnish(acts)
    other = type(scope_of("mori"))("c1", "mori", scope_of("nakamura").roles)
    async with acts("nakamura") as shelf:
        with pytest.raises(NotAllowed):
            await leaving.delete(shelf, "ono", scope_of("sato"))
        await legal_holds.place(shelf, legal_holds.CASE, "onos", "A-1")
        with pytest.raises(OnHold):
            await leaving.delete(shelf, "ono", other, with_cases=True)


@pytest.mark.attack(56)
async def test_tombstones_delete_again_what_an_older_copy_brings_back(acts: Acts) -> None:
    await furnish(acts)
    other = type(scope_of("mori"))("c1", "mori", scope_of("nakamura").roles)
    async with acts("nakamura") as shelf:
        shelf.cases.add(case_of("aged", "kato", action=TEXT), vector("aged"))
        await shelf.cases.flush()
        aged = await shelf.cases.any("aged")
        assert aged is not None
        await keeping.erase(shelf, aged, Status.ARCHIVED)
        await leaving.delete(shelf, "ono", other, with_cases=True)
        stones = await tombstones.tombstones(shelf, RING)
    async with acts() as shelf:  # the older copy: everything is there again
        for case_id in ("onos", "aged"):
            case = await shelf.cases.any(case_id)
            assert case is not None
            case.action, case.status = TEXT, Status.COMPANY
            shelf.cases.add(vector(case_id))
        member = await shelf.people.member("ono")
        assert member is not None
        member.name, member.active = "小野", True
        shelf.cases.add(draft("again", days=1, author_id="ono"))
    async with acts() as shelf:
        assert sum([await burying.bury(shelf, RING, stone) for stone in stones]) == 4
    async with acts() as shelf:
        assert TEXT not in await clear_texts(shelf, Case) + await clear_texts(shelf, Draft)
        assert await shelf.cases.vectors_since("m", None) == []
        member = await shelf.people.member("ono")
        assert member is not None
        assert member.name == ""
        assert sum([await burying.bury(shelf, RING, stone) for stone in stones]) == 0


def test_every_table_of_a_person_is_known_to_their_export_and_their_end() -> None:
    of_others = {"case", "promoter", "sampling", "delivery"}  # apart; seats and work, not persons
    columns = {"member_id", "author_id", "asker_id"}
    personal = {
        name for name, table in Base.metadata.tables.items() if columns & set(table.c.keys())
    }
    assert personal - of_others == {kind.__tablename__ for kind, _ in PERSONAL}


def test_the_page_has_the_table_of_periods() -> None:
    page = (Path(__file__).parents[2] / "docs/operations.md").read_text("utf-8")
    for rule in keeping.RULES:
        assert f"| {rule.data} | {rule.days} | {rule.since} | {rule.then} |" in page


def test_every_period_has_somebody_who_deletes() -> None:
    elsewhere = {
        "raw inbox event", "text of a sent message",  # scheduler/jobs/retention.py
        "held text, safety", "audit entry", "reason of a support reading", "backup",
    }  # fmt: skip
    assert set(keeping.PURGES) | elsewhere == set(keeping.DAYS)
    assert not Held().member("sato")
