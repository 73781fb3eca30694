"""Tombstones: what was taken back, refused or held, as ids, so that a restored backup has it again.

They are kept outside the database, because an older copy of it does not know them. Text is in them
only where a reviewer masked it: the text as it is now, sealed with the data key.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field

from cases import fields, reflections
from cases.db import Shelf
from cases.models.keeping import LegalHold
from cases.models.org import Member, Room
from cases.seal import KeyRing
from cases.vocabulary import GONE

# What the trail calls it → what a tombstone does, in this order of the acts.
KINDS = dict.fromkeys(("case.withdraw", "case.pull_back"), "case")
KINDS |= {"case.purge": "purged", "case.erase": "ended", "member.erase": "erased"}
KINDS[reflections.UNSHARED] = "unshared"
LIFTED = "legal_hold.lift"
MASKED = ("review.mask", "tombstone.masked")
NAMES = {"case.name_hidden": "name_hidden", "case.name_shown": "name_shown"}
ROLES = ("role.give", "role.take")
# What a member chose or became, and what a room may not → the field that is false since.
FIELDS = {
    "member": "active",
    "digest": "wants_digest",
    "questions": "wants_questions",
    "nudges": "wants_nudges",
    "name": "show_name",
    "posts": "posts",
    "listens": "listens",
    "admins": "for_admins",
}


@dataclass(frozen=True, slots=True)
class Tombstone:
    """`id` of a row, and `what` became of it. `row`: what else makes it so again, never clear text.

    case (taken back), purged (its text went), ended (all of it), erased (all about a person), hold
    (a legal one), lifted (no more), masked (by a reviewer), name_hidden and name_shown (on a case),
    role (taken; `id`: member:role), unshared (an answer), member (left), digest, questions, nudges
    or name (refused), posts or listens (a room in which the bot may not), admins (no
    administrators' room), company.
    """

    company: str
    what: str
    id: str
    row: dict[str, str] = field(default_factory=dict)


async def tombstones(shelf: Shelf, ring: KeyRing) -> list[Tombstone]:
    """All of a company: holds, which what comes after minds; acts in order; what stands now."""
    found: list[tuple[str, str, dict[str, str]]] = [
        ("hold", row.id, _row(row)) for row in await shelf.keeping.legal_holds()
    ]
    for entry in await shelf.audit.of(*KINDS, LIFTED):
        if entry.what in KINDS:
            found.append((KINDS[entry.what], entry.subject, {}))
        else:
            found.append(("lifted", entry.subject, {"by": entry.actor, "at": entry.at.isoformat()}))
    found += [("masked", *one) for one in await _masks(shelf, ring)]
    names = {entry.subject: NAMES[entry.what] for entry in await shelf.audit.of(*NAMES)}
    found += [(what, case_id, {}) for case_id, what in names.items()]
    last = {entry.subject: entry.what for entry in await shelf.audit.of(*ROLES)}
    found += [("role", subject, {}) for subject, what in last.items() if what == "role.take"]
    rows: list[Member | Room] = [*await shelf.people.members(active=False)]
    for row in [*rows, *await shelf.roster.rooms()]:
        chosen = [what for what, name in FIELDS.items() if getattr(row, name, None) is False]
        found += [(what, row.id, {}) for what in chosen]
    return [Tombstone(shelf.scope.company_id, *one) for one in found]


async def _masks(shelf: Shelf, ring: KeyRing) -> list[tuple[str, dict[str, str]]]:
    """The last mask of each text, and what a masked case says now, for whoever has the key."""
    ends = {entry.subject: entry.hash for entry in await shelf.audit.of(*MASKED)}
    found = []
    for case_id, end in ends.items():
        case, row = await shelf.cases.any(case_id), {"hash": end}
        if case is not None and case.status not in GONE:
            sealed = ring.seal_json(fields.values_of(case), shelf.scope.company_id)
            row |= {"sealed": b64encode(sealed).decode(), "status": str(case.status)}
        found.append((case_id, row))
    return found


def _row(hold: LegalHold) -> dict[str, str]:
    names = ("what", "subject", "reference", "placed_by")
    return {name: getattr(hold, name) for name in names} | {"at": hold.placed_at.isoformat()}
