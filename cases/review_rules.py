"""What a company chose about reviews: who looks before the office does, and who sees conduct."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cases import audit, fields, rights, sharing, verdicts
from cases.db import Shelf
from cases.errors import BadInput
from cases.models.case import Draft
from cases.rights import Action
from cases.vocabulary import Decision, DraftState

BEFORE_OFFICE = ("off", "flagged", "all")


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """`office`: off, flagged (passes by its author's word alone) or all. Company-wide is always."""

    office: str = "flagged"
    compliance_sees: bool = True  # conduct findings reach compliance; said before people choose


def of(settings: Mapping[str, Any]) -> ReviewRules:
    """The company's choice, or the defaults."""
    kept = settings.get("review", {})
    return ReviewRules(kept.get("office", "flagged"), bool(kept.get("compliance_sees", True)))


async def choose(shelf: Shelf, office: str, *, compliance_sees: bool) -> ReviewRules:
    """事務局 changes it; from then on it holds for every new post. Raises NotAllowed, BadInput."""
    rights.need(shelf, Action.SETTINGS)
    if office not in BEFORE_OFFICE:
        raise BadInput("office")
    company = await shelf.people.company()
    chosen = ReviewRules(office, compliance_sees)
    if chosen != of(company.settings):
        kept = {"office": office, "compliance_sees": compliance_sees}
        company.settings = {**company.settings, "review": kept}
        sees = "seen" if compliance_sees else "unseen"
        await audit.record(shelf, "company.review", f"office={office} conduct={sees}")
    return chosen


async def waits(shelf: Shelf, draft: Draft) -> bool:
    """True where somebody has to read the draft before its office does."""
    office = of((await shelf.people.company()).settings).office
    return office == "all" or (office == "flagged" and verdicts.flagged(draft.findings))


async def submit(
    shelf: Shelf,
    draft: Draft,
    decision: Decision,
    declared: Collection[str],
    *,
    show_author: bool,
) -> None:
    """Puts a draft into the reviewers' queue; what was typed is erased, as on publication.

    Raises what `sharing.publish` raises.
    """
    sharing.check_ready(draft, decision, declared)
    draft.values = {**draft.values, "shows_name": show_author}
    draft.declared_hash = fields.text_hash(draft.values)
    draft.state, draft.submitted_at = DraftState.WAITING, shelf.now
    draft.original, draft.review_note = None, ""
    await audit.record(shelf, "review.submit", draft.id)
