"""The audit trail: one hash-chained entry per act, with ids and never with text of cases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cases.models.audit import AuditEntry

if TYPE_CHECKING:
    from cases.db import Shelf

GENESIS = "0" * 64


async def record(shelf: Shelf, what: str, subject: str) -> None:
    """Appends 「who did what to which id」 in the transaction of the act itself."""
    await record_all(shelf, what, [subject])


async def record_all(shelf: Shelf, what: str, subjects: Sequence[str]) -> None:
    """The same act on many ids, in their order: one look at the chain, one write."""
    last = await shelf.audit.last() if subjects else None
    seq, previous = (last.seq, last.hash) if last else (0, GENESIS)
    for number, subject in enumerate(subjects, seq + 1):
        entry = AuditEntry(
            company_id=shelf.scope.company_id,
            seq=number,
            at=shelf.now,
            actor=shelf.scope.member_id or "system",
            what=what,
            subject=subject,
            prev_hash=previous,
            hash="",
        )
        previous = entry.hash = digest(entry)
        shelf.audit.append(entry)
    await shelf.session.flush()


async def first_broken(shelf: Shelf) -> int | None:
    """The number of the first entry that does not follow from the one before; None when all do."""
    previous, number = GENESIS, 1
    for entry in await shelf.audit.entries():
        if entry.seq != number or entry.prev_hash != previous or entry.hash != digest(entry):
            return number
        previous, number = entry.hash, number + 1
    return None


def digest(entry: AuditEntry) -> str:
    """SHA-256 over the previous hash and the entry as canonical JSON."""
    body = [entry.seq, entry.at.isoformat(), entry.actor, entry.what, entry.subject]
    text = entry.prev_hash + json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
