"""The audit trail as CSV for the auditor: one row per act, ids and hashes, no text of cases.

Three steps, so that no writer waits for a big file: `read`, `built` outside of any transaction,
`note`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta

from cases import audit, members, months, rights
from cases.db import Shelf
from cases.errors import BadInput
from cases.exporting import cell
from cases.models.audit import AuditEntry
from cases.rights import Action

COLUMNS = ("number", "at", "actor", "name", "what", "subject", "previous_hash", "hash")


async def read(shelf: Shelf, first: date, last: date) -> list[tuple[object, ...]]:
    """The acts of [first, last], JST days, as rows of COLUMNS.

    `at` is UTC. The name is today's: 「退職者」 for who left. Raises NotAllowed for all but
    auditors, BadInput for a day at the end of the calendar.
    """
    rights.need(shelf, Action.TRAIL)
    try:
        since, until = months.midnight(first), months.midnight(last + timedelta(days=1))
    except OverflowError as error:
        raise BadInput("no_such_days", first=first, last=last) from error
    names = {one.id: members.shown_name(one) for one in await shelf.people.members(active=False)}
    acts = shelf.audit.pages(since, until)
    return [row_of(entry, names.get(entry.actor, "")) async for entry in acts]


def built(rows: Sequence[tuple[object, ...]]) -> str:
    """CSV with a BOM of what `read` gave."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


async def note(shelf: Shelf, first: date, last: date, count: int) -> None:
    """Into the audit trail itself, before the file leaves."""
    rights.need(shelf, Action.TRAIL)
    await audit.record(shelf, "audit.export", f"from={first} to={last} rows={count}")


def row_of(entry: AuditEntry, name: str) -> tuple[object, ...]:
    """An entry in the order of COLUMNS."""
    at = entry.at.isoformat(timespec="milliseconds")
    named = (entry.seq, at, entry.actor, name, entry.what, entry.subject)
    return (*named, entry.prev_hash, entry.hash)
