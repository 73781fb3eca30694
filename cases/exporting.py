"""All company-wide cases as JSON, CSV, Excel or Markdown; each export is in the audit trail.

Three steps, so that no writer waits for a big file: `read`, `built` outside of any transaction,
`note`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from cases import audit, fields, months, rights
from cases.db import Shelf
from cases.importing import external_id
from cases.models.case import Case
from cases.rights import Action
from cases.spreadsheet import workbook
from cases.vocabulary import label

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


async def read(shelf: Shelf) -> list[tuple[Case, str]]:
    """All company-wide cases, newest first, each with its office's name.

    Raises NotAllowed for all but 事務局.
    """
    rights.need(shelf, Action.EXPORT)
    offices = {office.id: office.name for office in await shelf.people.offices()}
    cases = await shelf.cases.company_wide()
    return [(case, offices.get(case.office_id or "", "")) for case in cases]


def built(form: str, found: Sequence[tuple[Case, str]]) -> str | bytes:
    """The file of what `read` gave, in a format of FORMATS."""
    return FORMATS[form]([row_of(case, office) for case, office in found])


async def note(shelf: Shelf, form: str, count: int) -> None:
    """Into the audit trail, before the file leaves."""
    rights.need(shelf, Action.EXPORT)
    await audit.record(shelf, f"export.{form}", f"rows={count}")


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
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
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
    return workbook([COLUMNS, *([plain(row[key]) for key in COLUMNS] for row in rows)])


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
