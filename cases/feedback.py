"""What the rules did and where people say they were wrong: one row a draft and rule, no text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cases import audit, rights
from cases.db import Shelf
from cases.errors import NotFound
from cases.guard import RULES_VERSION
from cases.models.review import CHECKED, Firing
from cases.rights import Action

SAFETY_ONLY = frozenset({"adverse_event", "quality_complaint"})  # 「該当しない(理由を書く)」 there


@dataclass(frozen=True, slots=True)
class Rate:
    """Of a rule: on how many drafts it fired, and on how many somebody said 「誤検知」."""

    rule: str
    fired: int
    by_author: int
    by_reviewer: int

    @property
    def false_rate(self) -> float:
        """Share of the drafts on which it was called a false alarm; an answer is not the truth."""
        return (self.by_author + self.by_reviewer) / self.fired if self.fired else 0.0


async def fired(shelf: Shelf, draft_id: str, rules: Iterable[str], own: int = 0) -> None:
    """Notes that a draft was checked, and the rules that fired on it, each once. `own`: version of
    the company's words."""
    known = await shelf.reviews.fired(draft_id)
    for rule in dict.fromkeys([CHECKED, *rules]):
        if rule in known:
            continue
        row = Firing(company_id=shelf.scope.company_id, subject=draft_id, rule=rule, false_by="")
        row.version, row.at = f"{RULES_VERSION}+{own}", shelf.now
        shelf.reviews.add(row)
    await shelf.cases.flush()


async def overruled(shelf: Shelf, draft_id: str, rules: Iterable[str]) -> None:
    """Rules that the author answered no to, or whose names are none: so far a false alarm."""
    known = await shelf.reviews.fired(draft_id)
    for row in (known[rule] for rule in rules if rule in known):
        if not row.false_by:
            row.false_by, row.false_at = "author", shelf.now


async def false_alarm(shelf: Shelf, draft_id: str, rule: str) -> Firing:
    """「誤検知」 of the draft's author or of a reviewer; a reviewer's word stands.

    Raises NotFound where the rule did not fire, or the draft is somebody else's.
    """
    draft = await shelf.reviews.draft_of(draft_id)
    row = (await shelf.reviews.fired(draft_id)).get(rule)
    reviews = rights.may(shelf.scope, Action.REVIEW)
    own = draft is not None and draft.author_id == shelf.scope.member_id
    if row is None or not (own or reviews):
        raise NotFound
    who = "author" if own else "reviewer"
    if row.false_by in ("", "author") and row.false_by != who:
        row.false_by, row.false_at = who, shelf.now
        await audit.record(shelf, f"rule.false_alarm.{rule}"[:80], draft_id)
    return row


async def draft_behind(shelf: Shelf, subject_id: str) -> str:
    """The draft of a case, for whoever names the case; any other id is given back."""
    drafts = await shelf.reviews.drafts_of([subject_id])
    return drafts[-1].id if drafts else subject_id


async def rates(shelf: Shelf) -> list[Rate]:
    """Every rule that fired, most often called wrong first. Raises NotAllowed."""
    if shelf.scope.member_id is not None:
        rights.need(shelf, Action.RATES)
    found = [Rate(*row) for row in await shelf.reviews.rates()]
    return sorted(found, key=lambda one: (-one.false_rate, -one.fired, one.rule))
