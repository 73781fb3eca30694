"""The audit trail: one hash-chained entry per act, with ids and never with text of cases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cases.models.audit import GENESIS, AuditEntry, digest
from cases.text import fold

if TYPE_CHECKING:
    from cases.db import Shelf

__all__ = ["GENESIS", "Chain", "digest", "first_broken", "forget", "record", "record_all", "verify"]

PURGED = "audit.purge"
# What `anchor` writes, folded, as people copy it out of a log, a chat or a letter: broken anywhere
# but inside the company's id and the number.
ANCHOR = re.compile(r"audit\s+head\s+(\S+)\s+(\d{1,18})\s+((?:[0-9a-f]\s*){64})(?![0-9a-f])")
QUOTED = re.compile(r"^[ \t>|]+", re.MULTILINE)  # before each line of a quotation
SPACE = re.compile(r"\s+")


async def record(shelf: Shelf, what: str, subject: str) -> None:
    """Notes 「who did what to which id」; it is chained and committed with the act itself."""
    await record_all(shelf, what, [subject])


async def record_all(shelf: Shelf, what: str, subjects: Sequence[str]) -> None:
    """The same act on many ids, in their order."""
    for subject in subjects:
        shelf.audit.note(shelf.scope.member_id or "system", what, subject)
    await shelf.session.flush()


@dataclass(frozen=True, slots=True)
class Chain:
    """What `verify` found: how many entries, and the first number that does not fit (None: all).

    `head`: the number of a kept head that is the reason; None where the chain itself is broken.
    """

    entries: int
    broken: int | None
    head: int | None = None


async def verify(shelf: Shelf, anchors: Mapping[int, str] | None = None) -> Chain:
    """Whether each entry follows from the one before, and the chain still has its `anchors`.

    Anchors are number → hash, kept outside the database (the daily head). A tail that was cut off
    shows as the first number that is missing. Entries older than the period are gone: then the
    chain begins after the place that its newest `audit.purge` names.
    """
    wanted, count, number, previous = dict(anchors or {}), 0, 0, GENESIS
    start, purged = "", ""
    async for entry in shelf.audit.pages():
        if not count and entry.seq > 1:
            number, previous = entry.seq - 1, entry.prev_hash
            start = place(number, previous)
        number, count = number + 1, count + 1
        expected = wanted.pop(number, entry.hash)
        if not _follows(entry, number, previous):
            return Chain(count, number)
        if entry.hash != expected:
            return Chain(count, number, number)
        previous = entry.hash
        purged = entry.subject if entry.what == PURGED else purged
    if start != purged and start:
        return Chain(count, 1)
    beyond = min((anchor for anchor in wanted if anchor > number), default=None)
    return Chain(count, number + 1 if beyond else None, beyond)


async def first_broken(shelf: Shelf) -> int | None:
    """The number of the first entry that does not follow from the one before; None when all do."""
    return (await verify(shelf)).broken


def _follows(entry: AuditEntry, number: int, previous: str) -> bool:
    return entry.seq == number and entry.prev_hash == previous and entry.hash == digest(entry)


def place(number: int, hash_: str) -> str:
    """How a place in the chain is written into it."""
    return f"until={number} hash={hash_}"


async def forget(shelf: Shelf, before: datetime) -> int:
    """Deletes the entries of acts before `before`, and writes down where the chain begins now."""
    last = await shelf.audit.before(before)
    if last is None:
        return 0
    oldest = await shelf.audit.first()
    await record(shelf, PURGED, place(last.seq, last.hash))
    await shelf.audit.chain()
    await shelf.audit.forget(last.seq)
    return last.seq - oldest + 1


async def anchor(shelf: Shelf) -> str:
    """The end of the chain as one line, to be kept where the database cannot change it."""
    await shelf.audit.chain()
    number, hash_ = await shelf.audit.head()
    return f"audit head {shelf.scope.company_id} {number} {hash_}"


def anchors(text: str, company_id: str) -> dict[int, str]:
    """The anchors of a company in a log, or in what was copied out of a chat: number → hash.

    Other words, quotation marks, full-width letters and line breaks do no harm. Two hashes for one
    number are none that the chain can have: one of them was changed.
    """
    found: dict[int, str] = {}
    for match in ANCHOR.finditer(QUOTED.sub("", fold(text))):
        company, number, hash_ = match[1], int(match[2]), SPACE.sub("", match[3])
        if company == fold(company_id) and number > 0:
            found[number] = hash_ if found.get(number, hash_) == hash_ else ""
    return found
