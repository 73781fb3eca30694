"""Another key while everything runs: old values open until they are sealed anew, none is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

import scheduler.models  # noqa: F401  # the inbox, too
from cases import resealing
from cases.errors import WrongKey
from cases.models.case import Draft, Hold
from cases.models.org import Workspace
from cases.seal import KeyRing
from cases.store import sealed
from scheduler.models import InboxEvent, InboxState
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON
from tests.fakes.clocked import ClockedDatabase

KEYS = {"k1": bytes(range(32)), "k2": bytes(range(32, 64))}
OLD, NEW, ONLY_NEW = KeyRing("k1", KEYS), KeyRing("k2", KEYS), KeyRing("k2", {"k2": KEYS["k2"]})


def draft(number: int, ring: KeyRing) -> Draft:
    return Draft(
        company_id="c1", id=f"d{number}", author_id="sato", created_at=NOON, updated_at=NOON,
        original=ring.seal(f"text {number}", "c1"),
    )  # fmt: skip


def test_every_sealed_column_is_known() -> None:
    assert {f"{column.table.name}.{column.name}" for column in sealed.columns()} == {
        "draft.original", "hold.answer", "hold.text", "inbox_event.raw", "lexicon_change.word",
        "reflection.answer", "roster_file.content", "support_reading.reason",
        "workspace.credentials",
    }  # fmt: skip


async def test_a_new_key_seals_everything_anew_while_others_write(
    acts: Acts, database: ClockedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 5)
    async with acts() as shelf:
        workspace = await shelf.people.workspace("w1")
        assert isinstance(workspace, Workspace)
        workspace.credentials = OLD.seal_json({"token": "xoxb-1"}, "c1")
        shelf.cases.add(*(draft(number, OLD) for number in range(12)))
        shelf.cases.add(
            Hold(
                company_id="c1", id="h", draft_id="d", author_id="sato", queue="safety",
                text=OLD.seal("held", "c1"), created_at=NOON,
            )
        )  # fmt: skip
        shelf.session.add(
            InboxEvent(
                company_id="c1", workspace_id="w1", platform="slack", external_id="e",
                received_at=NOON, raw=OLD.seal("raw", "c1"), state=InboxState.RECEIVED, attempts=0,
                next_at=NOON + timedelta(days=1),
            )
        )  # fmt: skip

    async def traffic() -> None:
        """Processes that were not restarted yet seal with the old key, and rewrite rows."""
        for number in range(12, 18):
            async with acts("sato") as shelf:
                shelf.cases.add(draft(number, OLD if number % 2 else NEW))
                row = await shelf.cases.draft("d3")
                assert row is not None
                row.original = OLD.seal(f"edit {number}", "c1")

    await asyncio.gather(traffic(), resealing.reseal(database, NEW))
    await resealing.reseal(database, NEW)
    assert await resealing.counts(database, NEW) == {"k1": 0, "k2": 21}
    assert await resealing.reseal(database, NEW) == (0, 0)
    async with acts("sato") as shelf:
        for number in range(18):
            row = await shelf.cases.draft(f"d{number}")
            assert row is not None
            assert row.original is not None
            text = ONLY_NEW.open(row.original, "c1")
            assert text == ("edit 17" if number == 3 else f"text {number}")


async def test_what_no_key_opens_is_counted_and_left(
    acts: Acts, database: ClockedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 2)
    lost = KeyRing("k9", {"k9": bytes(32)})
    async with acts() as shelf:
        shelf.cases.add(*(draft(number, lost) for number in range(3)))
        shelf.cases.add(draft(3, OLD))
    assert await resealing.reseal(database, NEW) == (1, 3)
    assert await resealing.counts(database, NEW) == {"k1": 0, "k2": 1, "?": 3}
    with pytest.raises(WrongKey):
        NEW.open(lost.seal("x", "c1"), "c1")


def test_a_fresh_key_has_a_free_id_and_32_bytes() -> None:
    entry = resealing.new_entry(["k1", "k3"])
    assert entry.startswith("k2:")
    assert entry != resealing.new_entry(["k1", "k3"])
    assert resealing.new_entry([]).startswith("k1:")
