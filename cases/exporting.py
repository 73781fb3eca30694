"""All company-wide cases, or all published ones, as JSON, CSV, Excel or Markdown; each export is in
the audit trail.

Three steps, so that no writer waits for a big file: `read`, `built` outside of any transaction,
`note`.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from cases import audit, fields, months, rights
from cases.db import Shelf
from cases.importing import external_id
from cases.models.case import Case
from cases.rights import Action
from cases.scope import Scope
from cases.spreadsheet import workbook
from cases.vocabulary import Status, label

# A cell that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# What a spreadsheet may leave out before it looks: blanks, and signs that have no width.
BEFORE = " \n\u00a0\u3000\u200b\u2060\ufeff"
COLUMNS = (
    "id",
    "kind",
    "title",
    "intent",
    "situation",
    "action",
    "result",
    "tip",
    "voice",
    "conditions",
    *fields.DETAILS,
    "steps",
    "channels",
    "area",
    "customer",
    "facility",
    "access",
    "barrier",
    "outcome",
    "office",
    "posted_at",
)
# What an export of everything says more: who sees the case (office, company), and where it stands.
WHOLE = ("scope", "status")


async def read(shelf: Shelf, second: Scope | None = None) -> list[tuple[Case, str]]:
    """All company-wide cases, newest first, each with its office's name.

    With a `second` person of 事務局 all that are published: also of an office alone, and stale.
    Raises NotAllowed for all but 事務局, SamePerson.
    """
    if second is None:
        rights.need(shelf, Action.EXPORT)
        cases = await shelf.cases.company_wide()
    else:
        rights.need_two(shelf, second, Action.EXPORT)
        cases = await shelf.cases.all_published()
    offices = {office.id: office.name for office in await shelf.people.offices()}
    return [(case, offices.get(case.office_id or "", "")) for case in cases]


def built(form: str, found: Sequence[tuple[Case, str]], *, whole: bool = False) -> str | bytes:
    """The file of what `read` gave, in a format of FORMATS; `whole`: with WHOLE."""
    rows = [row_of(case, office) for case, office in found]
    if whole:
        rows = [row | where_of(case) for row, (case, _) in zip(rows, found, strict=True)]
    return FORMATS[form](rows)


async def note(
    shelf: Shelf, form: str, found: Sequence[tuple[Case, str]], second: Scope | None = None
) -> None:
    """Into the audit trail, before the file leaves: how many, and of everything by status."""
    if second is None:
        rights.need(shelf, Action.EXPORT)
        await audit.record(shelf, f"export.{form}", f"rows={len(found)}")
        return
    rights.need_two(shelf, second, Action.EXPORT)
    counts = sorted(Counter(str(case.status) for case, _ in found).items())
    told = "".join(f" {status}={count}" for status, count in counts)
    subject = f"rows={len(found)}{told} second={second.me}"
    await audit.record(shelf, f"export.all.{form}", subject)


def where_of(case: Case) -> dict[str, str]:
    """Who sees it, and its status (office: waits for approval; stale: nobody confirms it)."""
    scope = "office" if case.status is Status.OFFICE else "company"
    return {"scope": scope, "status": str(case.status)}


def row_of(case: Case, office: str) -> dict[str, Any]:
    """A case in the keys that `import cases` reads; never its author."""
    values = fields.values_of(case)
    values |= {
        "id": external_id(case),
        "office": office,
        "posted_at": months.day_of(case.shared_at).isoformat(),
        "steps": [step["text"] for step in case.steps],
    }
    return {key: values.get(key, "") for key in COLUMNS}


def as_json(rows: Sequence[dict[str, Any]]) -> str:
    """JSON Lines, one case each."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """CSV with a BOM, as Excel in Japan reads it; no cell is a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _columns(rows), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: cell(value) for key, value in row.items()} for row in rows)
    return "\ufeff" + out.getvalue()


def cell(value: Any) -> str:
    """The value as text that a spreadsheet shows and does not calculate."""
    text = plain(value)
    begins = text.startswith(FORMULA) or text.lstrip(BEFORE).startswith(FORMULA)
    return "'" + text if begins else text


def plain(value: Any) -> str:
    """The value as text, a list in one cell."""
    return ";".join(value) if isinstance(value, list) else str(value)


def as_xlsx(rows: Sequence[dict[str, Any]]) -> bytes:
    """An Excel file; its cells are text, so that nothing in them is calculated."""
    names = _columns(rows)
    return workbook([names, *([plain(row[key]) for key in names] for row in rows)])


def _columns(rows: Sequence[dict[str, Any]]) -> Sequence[str]:
    return list(rows[0]) if rows else COLUMNS


def as_markdown(rows: Sequence[dict[str, Any]]) -> str:
    """One section per case, with its tags in words."""
    return "\n".join(_section(row) for row in rows)


def _section(row: dict[str, Any]) -> str:
    tags = [label(name, key) for field, name in fields.LISTS.items() for key in row[field]]
    lines = [f"## {row['title']}", "", f"{row['office']} · {row['posted_at']} · {'、'.join(tags)}"]
    for key in ("situation", "action", "result", "tip", "conditions"):
        if row[key]:
            lines += ["", f"**{HEADINGS[key]}** {row[key]}"]
    return "\n".join([*lines, ""])


HEADINGS = {
    "situation": "状況",
    "action": "やったこと",
    "result": "先生の変化",
    "tip": "コツ",
    "conditions": "条件",
}
FORMATS: dict[str, Callable[[Sequence[dict[str, Any]]], str | bytes]] = {
    "json": as_json,
    "csv": as_csv,
    "md": as_markdown,
    "xlsx": as_xlsx,
}
