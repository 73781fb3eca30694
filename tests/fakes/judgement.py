"""What a simulated world came to, and which of the product's promises it broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.world import Copy

if TYPE_CHECKING:
    from tests.fakes.simulation import Stage

ROWS = "select id, dedupe_key, kind, member_id, state, outcome from delivery order by dedupe_key"
ATTEMPTS = "select delivery_id, started_at, result from delivery_attempt"
EVENTS = "select external_id, state from inbox_event"
OCCURRENCES = "select period_key, state from occurrence"
WITH_A_REASON = ("cancelled", "expired", "dead", "needs_human")


@dataclass(frozen=True)
class Result:
    """One seed. `broken`: a sentence per broken promise; empty is good."""

    seed: int
    steps: int
    kills: int
    posts: int
    owed: int
    visible: int
    with_a_reason: int
    removed: int  # extra copies that the sweep or a look back deleted
    excused: int  # copies that landed later than the quiet time allows for
    lost: int
    doubled: int
    to_a_person: int
    broken: tuple[str, ...]


@dataclass(frozen=True)
class Message:
    """A row of the ledger and its copies at the platform."""

    id: str
    key: str
    kind: str
    member_id: str
    state: str
    outcome: str
    copies: list[Copy]

    @property
    def visible(self) -> int:
        """How many copies people see."""
        return sum(not copy.removed for copy in self.copies)

    @property
    def excused(self) -> int:
        """How many copies landed later than anybody assumed."""
        return sum(copy.excused for copy in self.copies)


def judge(stage: Stage, errors: list[str]) -> Result:
    """Every promise against what is in the tables and what people see."""
    world = stage.world
    messages = [Message(*row, world.copies[row[0]]) for row in stage.database.look(ROWS)]
    lost = [
        *_not_owed(stage, messages),
        *(f"{m.key}: {m.state}, not visible" for m in _lost(messages)),
    ]
    doubled = [f"{m.key}: {m.visible} copies" for m in messages if m.visible > 1]
    others = [
        *_out_of_order(messages),
        *_against_a_wish(stage, messages),
        *_unfinished(stage, messages),
    ]
    copies = [copy for m in messages for copy in m.copies]
    return Result(
        seed=world.seed,
        steps=world.loop.choices,
        kills=world.kills,
        posts=world.posts,
        owed=len(messages),
        visible=sum(m.visible for m in messages),
        with_a_reason=sum(m.state in WITH_A_REASON for m in messages),
        removed=sum(copy.removed for copy in copies),
        excused=sum(copy.excused for copy in copies),
        lost=len(lost),
        doubled=len(doubled),
        to_a_person=sum(m.state == "needs_human" for m in messages),
        broken=(*lost, *doubled, *others, *errors),
    )


def _not_owed(stage: Stage, messages: list[Message]) -> Iterator[str]:
    """Everybody who stayed is owed each mailing, every acknowledged post its reply."""
    left = {name for name, (why, _) in stage.barred.items() if why == "left"}
    due = [
        f"{job}:2026-11-05:{name}"
        for job in stage.jobs
        for name in stage.members
        if name not in left
    ]
    due += [f"reply:{post.external_id}" for post in stage.posts if post.acked]
    keys = {m.key for m in messages}
    yield from (f"{key}: nothing is owed" for key in sorted(due) if key not in keys)


def _lost(messages: list[Message]) -> list[Message]:
    return [m for m in messages if m.state == "sent" and not m.visible]


def _out_of_order(messages: list[Message]) -> Iterator[str]:
    """Each message ended, for a reason if it is not visible, and in one set of bytes."""
    for m in messages:
        if m.state not in ("sent", *WITH_A_REASON):
            yield f"{m.key}: still {m.state}"
        if m.state in WITH_A_REASON and not m.outcome:
            yield f"{m.key}: {m.state} without a reason"
        if m.state in WITH_A_REASON and m.visible > m.excused:
            yield f"{m.key}: {m.state} and visible"
        if len(m.copies) - 1 > m.excused:
            yield f"{m.key}: sent {len(m.copies)} times, {m.excused} of them late beyond Q"
        if len({copy.payload for copy in m.copies}) > 1:
            yield f"{m.key}: the bytes changed"


def _against_a_wish(stage: Stage, messages: list[Message]) -> Iterator[str]:
    """No intent after the commit with which somebody left, or paused what nobody asked for."""
    whose = {m.id: m for m in messages}
    for delivery_id, started_at, _ in stage.database.look(ATTEMPTS):
        message = whose[delivery_id]
        why, since = stage.barred.get(message.member_id, ("", None))
        spared = message.kind == "reply" and why == "paused"
        if since is not None and not spared and _moment(started_at) > since:
            yield f"{message.key}: sent although {why}"


def _unfinished(stage: Stage, messages: list[Message]) -> Iterator[str]:
    """Each period closed, each event done, one POST told as sent, besides those that landed so
    late that looking back could not find them: their workers may learn of it afterwards."""
    yield from (
        f"{key}: {state}" for key, state in stage.database.look(OCCURRENCES) if state != "closed"
    )
    yield from (
        f"event {key}: {state}" for key, state in stage.database.look(EVENTS) if state != "done"
    )
    sent = Counter(row[0] for row in stage.database.look(ATTEMPTS) if row[2] == "sent")
    for m in messages:
        if sent[m.id] - 1 > m.excused:
            yield f"{m.key}: {sent[m.id]} attempts sent it, {m.excused} of them late beyond Q"


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)
