"""Files of the roster: CSV from Excel or HR, or lines pasted from a sheet, as rows or faults.

`content/roster_words.json` has the headings and words that are understood, Japanese and English.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from cases.errors import BadInput
from cases.text import clean, fold
from cases.vocabulary import Role, content

BYTES = 5_000_000  # own: some ten thousand people
ROWS = 20_000
LONG = 100  # characters of a name or an office
BETWEEN = re.compile(r"[;；|、,，/・\n]+")  # what separates several roles in a cell
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
_SLACK = re.compile(r"[UW][A-Z0-9]{4,20}")
_TEAMS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DATES = ("joined_on", "valid_from", "left_on")
MAIN, DEPUTY = "main", "deputy"


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `roles` are without 推進メンバー, which `duty` says (main, deputy)."""

    line: int  # where it begins in the file, counted from 1
    name: str
    email: str = ""  # folded
    chat_id: str = ""
    name_en: str = ""
    office: str = ""
    region: str = ""
    roles: frozenset[Role] = frozenset()
    duty: str = ""
    locale: str = ""
    joined_on: date | None = None
    valid_from: date | None = None
    left_on: date | None = None  # the last day


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be taken: a key of the words `roster.why_…`, and the cell it is about."""

    line: int
    why: str
    detail: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All lines of a file, and which columns it has."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    columns: frozenset[str]
    ignored: tuple[str, ...] = field(default=())


class _Bad(Exception):
    """A cell that cannot be read."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.why, self.detail = why, detail


def decoded(data: bytes) -> str:
    """UTF-8 with or without BOM, Excel's Shift_JIS (CP932), or its UTF-16. Raises BadInput."""
    if len(data) > BYTES:
        raise BadInput("roster_size", most=BYTES // 1_000_000)
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else (
        "utf-8-sig", "cp932",
    ):  # fmt: skip
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput("roster_code")


def looks_like_one(text: str) -> bool:
    """True when the first line has the headings of a roster: a name and a way to know a person."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    found = {_heading(cell) for cell in re.split(r"[,\t]", first)}
    return "name" in found and not found.isdisjoint({"email", "chat_id"})


def read(text: str) -> Sheet:
    """Rows and faults. Raises BadInput where the file as a whole cannot be understood.

    A file that breaks off inside a quoted cell is refused: half a roster is no roster.
    """
    lines = _cells(text)
    headings = next(lines, (1, []))[1]
    columns = [_heading(cell) for cell in headings]
    known = [name for name in columns if name]
    if "name" not in known or not {"email", "chat_id"} & set(known):
        raise BadInput("roster_heads")
    if len(known) != len(set(known)):
        raise BadInput("roster_twice")
    rows: list[Row] = []
    faults: list[Fault] = []
    for line, cells in lines:
        if len(rows) + len(faults) >= ROWS:
            raise BadInput("roster_lines", most=ROWS)
        raw = {name: _tidy(cell) for name, cell in zip(columns, cells, strict=False) if name}
        try:
            if any(cell.strip() for cell in cells[len(columns) :]):
                raise _Bad("cells")
            rows.append(_row(line, raw))
        except _Bad as bad:
            faults.append(Fault(line, bad.why, bad.detail, raw.get("name", "")[:LONG]))
    ignored = tuple(_tidy(cell)[:LONG] for cell in headings if cell.strip() and not _heading(cell))
    return Sheet(tuple(rows), tuple(faults), frozenset(known), ignored)


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells); tabs separate what was pasted from a sheet, else commas."""
    text = text.removeprefix("\ufeff").replace("\x00", "")
    first = next((line for line in text.split("\n") if line.strip()), "")
    begins = 1
    try:
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",", strict=True
        )
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise BadInput("csv_broken", line=begins) from error


def _row(line: int, raw: Mapping[str, str]) -> Row:
    for key in ("name", "name_en", "office", "region"):
        if len(raw.get(key, "")) > LONG:
            raise _Bad("long", raw[key][:20])
    if not raw.get("name"):
        raise _Bad("no_name")
    email, chat_id = _email(raw.get("email", "")), _chat_id(raw.get("chat_id", ""))
    if not (email or chat_id):
        raise _Bad("no_key")
    roles, duty = _roles(raw.get("roles", "")), _word("duties", raw.get("duty", ""), "duty")
    if Role.PROMOTER in roles and not duty:
        duty = MAIN
    dates = {key: _date(raw.get(key, "")) for key in DATES}
    if duty and not raw.get("office"):
        raise _Bad("no_office")
    return Row(
        line,
        raw["name"],
        email,
        chat_id,
        raw.get("name_en", ""),
        raw.get("office", ""),
        raw.get("region", ""),
        roles - {Role.PROMOTER, Role.MEMBER},
        duty,
        _word("locales", raw["locale"], "locale") if raw.get("locale") else "",
        **dates,
    )


def _tidy(cell: str) -> str:
    """One line, without what cannot be seen; `'` is how Excel marks a cell as text."""
    return re.sub(r"\s+", " ", clean(cell)).strip()


def _email(cell: str) -> str:
    found = fold(cell)
    if found and not (_EMAIL.fullmatch(found) and len(found) <= 254):
        raise _Bad("email", cell[:40])
    return found


def _chat_id(cell: str) -> str:
    upper, lower = fold(cell).upper(), fold(cell)
    if not cell or _SLACK.fullmatch(upper):
        return upper
    if not _TEAMS.fullmatch(lower):
        raise _Bad("chat_id", cell[:40])
    return lower


def _roles(cell: str) -> frozenset[Role]:
    words = [word.strip() for word in BETWEEN.split(cell) if word.strip()]
    return frozenset(Role(_word("roles", word, "role")) for word in words)


def _date(cell: str) -> date | None:
    if not cell:
        return None
    found = _DATE.match(fold(cell))
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(cell)
    except ValueError:
        raise _Bad("date", cell[:20]) from None


def _word(kind: str, cell: str, why: str) -> str:
    key = _words(kind).get(fold(cell).strip())
    if key is None:
        raise _Bad(why, cell[:40])
    return key


def _heading(cell: str) -> str:
    return _words("headings").get(fold(cell).strip().strip("*※").strip(), "")


@cache
def _words(kind: str) -> dict[str, str]:
    lists: dict[str, list[str]] = content("roster_words.json")[kind]
    return {fold(word): key for key, words in lists.items() for word in words}
