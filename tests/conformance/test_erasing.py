"""One case ends at once, on both databases: nothing that said what it said is left anywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cases import burying, erasing, holds, legal_holds, revisions, sharing, tombstones
from cases.clear_text import in_rows
from cases.db import Shelf
from cases.errors import BadInput, NotAllowed, NotFound, OnHold, SamePerson
from cases.models.case import Draft, Embedding, Hold
from cases.models.support import SupportReading
from cases.models.talk import Asked, Reflection, Talk
from cases.revisions import MATERIAL, Change
from cases.scope import Scope
from cases.seal import KeyRing
from cases.vocabulary import DraftState, Role, Status
from scheduler import erasing as sent
from scheduler.models import Delivery, DeliveryState
from scheduler.recheck import ANSWER, ERASED, recheck
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, RING, case_of, trial_of
from tests.fakes.clocked import ClockedDatabase

CANARY = "カナリア先生の外来"
SECOND = Scope("c1", "tanaka", frozenset({Role.HQ_ADMIN}))
AT = {"created_at": NOON, "updated_at": NOON}


def delivery(name: str, state: DeliveryState, **values: object) -> Delivery:
    given = {"case_ids": ["one"], "payload": CANARY.encode(), "member_id": "kato", **values}
    return Delivery(
        company_id="c1", id=name, dedupe_key=name, kind=str(given.pop("kind", ANSWER)), priority=0,
        state=state, not_before=NOON, client_msg_id=name, created_at=NOON, **given,
    )  # fmt: skip


def held(name: str, queue: str, **values: object) -> Hold:
    text = RING.seal_json({"action": CANARY}, "c1")
    return Hold(
        company_id="c1", id=name, draft_id="edit", author_id="sato", queue=queue, text=text,
        created_at=NOON, **values,
    )  # fmt: skip


async def furnish(shelf: Shelf) -> None:
    """A case that is told of in every table that can tell of one."""
    texts = dict.fromkeys(("title", "situation", "tip", "voice", "intent", "conditions"), CANARY)
    trial = trial_of("one", "kato", id="t1")
    trial.note = CANARY
    shelf.cases.add(
        case_of("one", action=CANARY, result=CANARY, **texts),
        case_of("other"),
        Embedding(
            company_id="c1", case_id="one", model="m", part="whole", content_hash="h",
            vector=b"1234", written_at=NOON,
        ),
        Draft(company_id="c1", id="was", author_id="sato", case_id="one", **AT,
              state=DraftState.PUBLISHED),
        Draft(company_id="c1", id="edit", author_id="sato", case_id="one", **AT,
              values={"action": CANARY}, original=b"k1:x", state=DraftState.HELD),
        held("reported", holds.SAFETY),
        held("received", holds.SAFETY, decided_at=NOON, decided_by="mori"),
        held("conduct", holds.COMPLIANCE),
    )  # fmt: skip
    shelf.loop.add(trial)
    shelf.session.add_all(
        [
            Reflection(company_id="c1", id="r1", member_id="kato", asked_on="2026-11-01",
                       prompt="trial:t1", trial_id="t1", shared=CANARY, answer=b"k1:x"),
            Talk(company_id="c1", member_id="kato", updated_at=NOON,
                 search={"shown": ["one"], "text": CANARY}, waiting_for={}),
            Asked(company_id="c1", member_id="kato", thread="x", updated_at=NOON,
                  search={"shown": ["one"], "text": CANARY}),
            delivery("sent", DeliveryState.SENT),
            delivery("ready", DeliveryState.READY),
            delivery("to-ito", DeliveryState.SENT, member_id="ito", case_ids=["other"],
                     payload=b"{}"),
        ]
    )  # fmt: skip


async def clear(shelf: Shelf) -> str:
    """Everything that the company's rows say, as text."""
    found = []
    for kind in (Draft, Hold, Reflection, Talk, Asked, Delivery, Embedding):
        rows = await shelf.keeping._rows(kind)
        found += [str(vars(row)) for row in rows]
    found.append(str(vars(await shelf.cases.any("one"))))
    found += [row.note for row in await shelf.loop.trials_of(["one"])]
    return " ".join(found)


async def end(acts: Acts) -> tuple[erasing.Erased, tuple[int, int]]:
    async with acts("nakamura") as shelf:
        found = await erasing.delete(shelf, "one", SECOND, "patient")
        return found, await sent.forget(shelf, "one")


async def test_a_case_ends_at_once_with_all_that_told_of_it(
    acts: Acts, database: ClockedDatabase
) -> None:
    async with acts() as shelf:
        await furnish(shelf)
    found, messages = await end(acts)
    assert found.gone == {
        "case": 1, "embedding": 1, "draft": 1, "trial": 1, "reflection": 1, "talk": 2, "hold": 2,
    }  # fmt: skip
    assert (found.stays, messages) == ({"hold": 1, "support_reading": 0}, (2, 0))
    if not database.is_postgresql:  # there the walls let nobody look over all companies
        assert await in_rows(database, CANARY) == []
    async with acts() as shelf:
        told = await clear(shelf)
        assert CANARY not in told
        assert repr(CANARY.encode()) not in told
        case = await shelf.cases.any("one")
        assert case is not None
        assert (case.status, case.changed_at) == (Status.WITHDRAWN, shelf.now)  # cards follow
        rows = {row.id: row for row in await shelf.keeping._rows(Hold)}
        assert {key for key, row in rows.items() if row.text} == {"reported"}  # a duty of safety
        assert (rows["conduct"].state, rows["conduct"].decided_by) == (holds.CLOSED, "nakamura")
        (entry,) = await shelf.audit.of("case.delete")
        assert (entry.actor, entry.subject) == ("nakamura", "one reason=patient second=tanaka")
        kept = await shelf.session.get_one(Delivery, ("c1", "to-ito"))
        assert kept.payload == b"{}"


async def test_a_reply_whose_text_is_gone_is_not_sent(acts: Acts) -> None:
    async with acts() as shelf:
        await furnish(shelf)
    await end(acts)
    async with acts() as shelf:
        ready = await shelf.session.get_one(Delivery, ("c1", "ready"))
        assert (ready.state, ready.payload) == (DeliveryState.READY, b"")
        assert (await recheck(shelf, ready, {})).refused == ERASED


async def test_letters_that_quote_its_title_go_by_what_their_key_is_about(acts: Acts) -> None:
    """They name no case, so that a withdrawal does not stop them."""
    keys = {
        "ask:one:kato": True,
        "support_read:look:sato": True,
        "review_told:edit:returned:e1": True,
        "hold:conduct:returned": True,
        "hold_waiting:reported": False,  # a duty of safety
        "ask:onex:kato": False,
    }
    async with acts() as shelf:
        await furnish(shelf)
        shelf.session.add(
            SupportReading(company_id="c1", id="look", member_id="abe", case_id="one",
                           reason=RING.seal("理由", "c1"), read_at=NOON, until=NOON)
        )  # fmt: skip
        for state in (DeliveryState.SENT, DeliveryState.READY):
            for key in keys:
                row = delivery(f"{state}:{key}", state, kind="ask_author", case_ids=[])
                shelf.session.add(row)
    async with acts("nakamura") as shelf:
        told_under = await erasing.told_under(shelf, "one")
        found = await erasing.delete(shelf, "one", SECOND, "hcp")
        assert found.stays["support_reading"] == 1  # the auditors'
        await sent.forget(shelf, "one", (), told_under)
    async with acts() as shelf:
        for key, goes in keys.items():
            done = await shelf.session.get_one(Delivery, ("c1", f"sent:{key}"))
            waits = await shelf.session.get_one(Delivery, ("c1", f"ready:{key}"))
            assert (done.payload is None, waits.payload == b"") == (goes, goes), key
            assert ((await recheck(shelf, waits, {})).refused == ERASED) is goes, key
        assert await erasing.told_under(shelf, "nothing") == []


async def test_the_word_of_a_change_goes_with_the_last_case_that_says_it(acts: Acts) -> None:
    words = {"カナリア先生": "", "秘書": "秘書"}
    async with acts() as shelf:
        shelf.cases.add(
            case_of("one", action="カナリア先生の秘書に聞いた"),
            case_of("other", action="秘書に聞いた"),
        )
    async with acts("nakamura") as shelf:
        changes = [Change(MATERIAL, NOON.date(), word) for word in words]
        for change in changes:
            assert await revisions.name(shelf, change, ["one"])
    await end(acts)
    async with acts() as shelf:
        rows = [await shelf.keeping.revision(change.id) for change in changes]
        assert [row.word for row in rows if row] == list(words.values())


async def test_it_ends_again_after_a_restore_and_once(
    acts: Acts, database: ClockedDatabase
) -> None:
    async with acts() as shelf:
        await furnish(shelf)
    await end(acts)
    async with acts() as shelf:
        stones = await tombstones.tombstones(shelf, RING)
    assert ("ended", "one") in {(stone.what, stone.id) for stone in stones}
    assert CANARY not in str(stones)
    older = [replace(stone, company="c2") for stone in stones if stone.id == "one"]
    await _older_copy(database)
    for counts in ([True, False], [False, False]):
        async with acts(None, "c2") as shelf:
            done = [await burying.bury(shelf, RING, stone) for stone in older[::-1]]
            assert done == counts
    async with acts(None, "c2") as shelf:
        answer = await shelf.session.get_one(Reflection, ("c2", "r1"))
        assert answer.shared is None
        assert await shelf.audit.has("case.erase", "one")


async def _older_copy(database: ClockedDatabase) -> None:
    """Another company stands for the copy: its trail does not know of the end."""
    async with database.transaction(Scope("c2")) as shelf:
        shelf.cases.add(case_of("one", company_id="c2", action=CANARY))
        trial = trial_of("one", "kato", id="t1", company_id="c2")
        shelf.loop.add(trial)
        shelf.session.add(
            Reflection(company_id="c2", id="r1", member_id="kato", asked_on="2026-11-01",
                       prompt="trial:t1", trial_id="t1", shared=CANARY)
        )  # fmt: skip


@pytest.mark.parametrize(("what", "subject"), [("case", "one"), ("member", "sato"),
                                               ("member", "kato"), ("company", "c1")])  # fmt: skip
async def test_nothing_under_a_legal_hold_goes(acts: Acts, what: str, subject: str) -> None:
    async with acts() as shelf:
        await furnish(shelf)
    async with acts("nakamura") as shelf:
        await legal_holds.place(shelf, what, subject, "2026-017")
        with pytest.raises(OnHold):
            await erasing.delete(shelf, "one", SECOND, "hcp")
        case = await shelf.cases.any("one")
        assert case is not None
        assert case.action == CANARY


async def test_messages_to_somebody_under_a_hold_stay(acts: Acts) -> None:
    async with acts() as shelf:
        await furnish(shelf)
        shelf.session.add(delivery("to-mori", DeliveryState.SENT, member_id="mori"))
    async with acts("nakamura") as shelf:
        await legal_holds.place(shelf, "member", "mori", "2026-017")
        await erasing.delete(shelf, "one", SECOND, "hcp")
        assert await sent.forget(shelf, "one", {"mori"}) == (2, 1)


async def test_two_of_head_office_with_a_reason_and_nobody_else(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one"))
    refused = [
        ("nakamura", Scope("c1", "nakamura", SECOND.roles), "hcp", SamePerson),
        ("nakamura", Scope("c1", "kato", frozenset({Role.MEMBER})), "hcp", NotAllowed),
        ("sato", SECOND, "hcp", NotAllowed),
        ("nakamura", SECOND, "because", BadInput),
    ]
    for who, second, reason, error in refused:
        with pytest.raises(error):
            async with acts(who) as shelf:
                await erasing.delete(shelf, "one", second, reason)
    with pytest.raises(NotFound):
        async with acts("nakamura") as shelf:
            await erasing.delete(shelf, "none", SECOND, "hcp")


async def test_an_author_cannot_take_up_a_held_text_of_it_again(acts: Acts) -> None:
    async with acts() as shelf:
        await furnish(shelf)
    await end(acts)
    async with acts("sato") as shelf:
        assert await shelf.cases.drafts() == []
        with pytest.raises(NotFound):
            await sharing.edit(shelf, KeyRing("k1", RING.keys), "one")
