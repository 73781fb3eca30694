"""How long everything is kept: the one table of periods (domain.md §8), and what goes when.

The periods are proposals; a company's record schedule may say otherwise for the audit trail.
Nothing under a legal hold goes. What the scheduler stores goes in its job (scheduler/jobs).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cases import audit, holds, months, rights, searches, sign_in
from cases.db import Shelf
from cases.errors import BadInput
from cases.legal_holds import Held
from cases.models.case import Case
from cases.rights import Action
from cases.scope import Scope
from cases.store.support import Readings
from cases.vocabulary import GONE, Status

AUDIT_YEARS = (3, 5, 10)  # at least, usual, at most
ASKED_AGAIN = timedelta(days=183)  # 6 months: 「今も有効?」
ANSWERED_IN = timedelta(days=30)  # after that, or where nobody could be asked, it is stale
NEVER_ASKED = timedelta(days=365)
ARCHIVED = timedelta(days=1096)  # 36 months


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of data: how long it stays from which moment on, and what is done then."""

    data: str
    days: int
    since: str
    then: str


# docs/operations.md has this table; a test compares.
RULES: tuple[Rule, ...] = (
    Rule("published case", ARCHIVED.days, "last confirmed", "text, vectors deleted, counts kept"),
    Rule("withdrawn case", 30, "taken back", "text, vectors deleted"),
    Rule("draft never submitted", 14, "last touched", "deleted"),
    Rule("original wording", 14, "last touched", "deleted"),
    Rule("raw inbox event", 14, "received", "deleted"),
    Rule("text of a sent message", 14, "due", "deleted, hash kept"),
    Rule("held text, compliance", holds.KEPT[holds.COMPLIANCE].days, "decided", "deleted"),
    Rule("held text, safety", holds.KEPT[holds.SAFETY].days, "received by safety", "deleted"),
    Rule("reflection", 90, "asked", "private answer deleted"),
    Rule("asker of a wish", 90, "asked or answered", "id emptied, earlier once told"),
    Rule("last search", 30, "last touched", "deleted"),
    Rule("search in a thread", searches.FOLLOWED.days, "last touched", "deleted"),
    Rule("sign-in link, session", sign_in.KNOWN.days, "over", "deleted"),
    Rule("audit entry", AUDIT_YEARS[1] * 365, "written", "deleted, the chain goes on"),
    Rule("reason of a support reading", AUDIT_YEARS[1] * 365, "read", "deleted with its entry"),
    Rule("backup", 35, "made", "deleted by `backup --prune`"),
)
DAYS = {rule.data: timedelta(days=rule.days) for rule in RULES}

Purge = Callable[[Shelf, datetime, Held], Awaitable[int]]


async def purge(shelf: Shelf, held: Held) -> dict[str, int]:
    """Deletes what is past its period: how many by kind of data, also in the audit trail."""
    gone = {}
    for data, work in PURGES.items():
        gone[data] = await work(shelf, shelf.now - DAYS[data], held)
    years = audit_years((await shelf.people.company()).settings)
    if not held.trail:
        before = shelf.now - timedelta(days=365 * years)
        gone["audit entry"] = await audit.forget(shelf, before)
        gone["reason of a support reading"] = await Readings(shelf).forget(before)
    told = " ".join(f"{data.replace(' ', '_')}={n}" for data, n in gone.items() if n)
    if told:
        await audit.record(shelf, "retention.purge", told)
    return gone


async def erase(shelf: Shelf, case: Case, status: Status) -> None:
    """No text and no vector of a case is left; its row stays, so that it is not imported anew.

    The trail has it as a tombstone: a restored backup forgets it again.
    """
    for key in ("title", "situation", "action", "result", "tip", "voice", "intent", "conditions"):
        setattr(case, key, "")
    case.steps, case.details, case.review_note = [], {}, ""
    case.status, case.release_asked_at = status, None
    await shelf.cases.drop_vectors(case.id)
    await shelf.talks.forget_digests(case.id)
    for trial in await shelf.loop.trials_of([case.id]):
        trial.note = ""
    for draft in await shelf.keeping.edits_of(case.id):
        await shelf.cases.drop(draft)
    await audit.record(shelf, "case.purge", case.id)


async def _cases(shelf: Shelf, before: datetime, held: Held) -> int:
    """The stale ones first: asked and not answered, or nobody could be asked for a year."""
    gone = 0
    for found in await shelf.keeping.unconfirmed(shelf.now - ASKED_AGAIN):
        if not _ends(found, before, held) and not _sinks(found, shelf.now):
            continue
        case = await shelf.cases.alone(found.id)  # its author may have confirmed it just now
        if case is None or case.status in GONE:
            continue
        if _ends(case, before, held):
            await erase(shelf, case, Status.ARCHIVED)
            case.changed_at = shelf.now
            gone += 1
        elif _sinks(case, shelf.now):
            await _sink(shelf, case)
    for found in await shelf.keeping.in_question(before=shelf.now - ANSWERED_IN):
        if not _sinks(found, shelf.now):  # it has sunk before
            continue
        case = await shelf.cases.alone(found.id)
        if case is not None and _sinks(case, shelf.now):  # a named change asks of younger ones, too
            await _sink(shelf, case)
    return gone


async def _sink(shelf: Shelf, case: Case) -> None:
    """Found behind all that are as near, until somebody stands for it."""
    case.confirmed_at, case.changed_at, case.status = confirmed(case), shelf.now, Status.STALE
    await audit.record(shelf, "case.stale", case.id)


def confirmed(case: Case) -> datetime:
    """When somebody last stood for the case: 「今も有効」, or its newest text."""
    return case.confirmed_at or case.changed_at


def _ends(case: Case, before: datetime, held: Held) -> bool:
    return confirmed(case) <= before and not held.case(case)


def _sinks(case: Case, now: datetime) -> bool:
    """Asked and not answered; only what the whole company finds sinks, and once."""
    if case.status is not Status.COMPANY:
        return False
    asked = case.doubted_at is not None and now - case.doubted_at >= ANSWERED_IN
    return asked or now - confirmed(case) >= NEVER_ASKED


async def _withdrawn(shelf: Shelf, before: datetime, held: Held) -> int:
    rows = [case for case in await shelf.keeping.withdrawn(before) if not held.case(case)]
    for case in rows:
        await erase(shelf, case, Status.WITHDRAWN)
    return len(rows)


async def _drafts(shelf: Shelf, before: datetime, held: Held) -> int:
    rows = [row for row in await shelf.keeping.drafts(before) if not held.member(row.author_id)]
    for row in rows:
        await shelf.cases.drop(row)
    await shelf.cases.flush()
    return len(rows)


async def _originals(shelf: Shelf, before: datetime, held: Held) -> int:
    rows = [r for r in await shelf.keeping.originals(before) if not held.member(r.author_id)]
    for row in rows:
        row.original = None
    return len(rows)


async def _answers(shelf: Shelf, before: datetime, held: Held) -> int:
    rows = await shelf.keeping.answers(months.day_of(before))
    rows = [row for row in rows if not held.member(row.member_id)]
    for row in rows:
        row.answer = None
    return len(rows)


async def _askers(shelf: Shelf, before: datetime, held: Held) -> int:
    """Who asked is kept for one thing: to tell them that a case answers it."""
    rows = [row for row in await shelf.keeping.asked(before) if not held.member(row.asker_id)]
    for row in rows:
        row.asker_id = ""
    return len(rows)


async def _searches(shelf: Shelf, before: datetime, held: Held) -> int:
    rows = [row for row in await shelf.keeping.searches(before) if not held.member(row.member_id)]
    for row in rows:
        row.search, row.waiting_for = {}, {}
    return len(rows)


async def _threads(shelf: Shelf, _before: datetime, held: Held) -> int:
    return 0 if held.company else await searches.forget(shelf, held.members)


async def _sign_ins(shelf: Shelf, _before: datetime, held: Held) -> int:
    return 0 if held.company else await sign_in.forget(shelf, held.members)


async def _held(shelf: Shelf, _before: datetime, held: Held) -> int:
    """Both queues: each text by the period of its own (cases/holds.py)."""
    return await holds.purge(shelf, held.member)


PURGES: dict[str, Purge] = {
    "published case": _cases,
    "withdrawn case": _withdrawn,
    "draft never submitted": _drafts,
    "original wording": _originals,
    "held text, compliance": _held,
    "reflection": _answers,
    "asker of a wish": _askers,
    "last search": _searches,
    "search in a thread": _threads,
    "sign-in link, session": _sign_ins,
}


def audit_years(settings: dict[str, Any]) -> int:
    """How long the company keeps its audit trail."""
    return int(settings.get("retention", {}).get("audit_years", AUDIT_YEARS[1]))


async def choose_audit_years(shelf: Shelf, years: int, second: Scope) -> None:
    """Changes it, from the next night on, in the name of two people.

    Raises NotAllowed, SamePerson, and BadInput below three and above ten years.
    """
    rights.need_two(shelf, second, Action.PERIODS)
    least, _, most = AUDIT_YEARS
    if not least <= years <= most:
        raise BadInput("audit_years")
    company = await shelf.people.company()
    company.settings = {**company.settings, "retention": {"audit_years": years}}
    await audit.record(shelf, "company.retention", f"audit_years={years} second={second.me}")


async def confirm(shelf: Shelf, case: Case) -> None:
    """「今も有効」: it is asked again in six months; a stale one is found as before."""
    case.confirmed_at, case.doubted_at, case.revision_id = shelf.now, None, None
    if case.status is Status.STALE:
        case.status, case.changed_at = Status.COMPANY, shelf.now
    await audit.record(shelf, "case.confirm", case.id)
