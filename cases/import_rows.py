"""Files of cases for an import: JSON Lines or CSV, in the product's keys or in coarser words.

`content/import_words.json` maps the coarser words; where one means several keys, the first is kept.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from cases import fields, months
from cases.errors import BadInput
from cases.text import clean
from cases.vocabulary import Kind, content, terms

LISTS = {**fields.LISTS, "outcome": "outcomes"}
BETWEEN = re.compile(r"[;；|、\n]")  # what separates several words in a cell of a CSV file


@dataclass(frozen=True, slots=True)
class Row:
    """A case as a file gives it, in the product's keys; `line` counts from 1.

    `source`: `import:<id>`, or a hash of the text for a row without an id. `unknown`: words that
    no list knows; they are left out.
    """

    line: int
    source: str
    values: dict[str, Any]
    office: str
    shared_on: datetime | None
    unknown: tuple[str, ...]


def read(data: bytes, *, csv_file: bool) -> list[Row]:
    """All rows of a file. Raises BadInput naming the first line that cannot be read."""
    text = _decoded(data, excel=csv_file)
    lines = _csv_lines(text) if csv_file else _json_lines(text)
    return [_row(number, raw) for number, raw in lines]


def _decoded(data: bytes, *, excel: bool) -> str:
    """UTF-8 with or without BOM; for CSV also the code page that Excel in Japan saves."""
    for encoding in ("utf-8-sig", "cp932") if excel else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput("no_utf8_file")


def _json_lines(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadInput("not_json", line=number) from error
        if not isinstance(raw, dict):
            raise BadInput("not_object", line=number)
        yield number, raw


def _csv_lines(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        for raw in reader:
            if None in raw:
                raise BadInput("csv_cells", line=reader.line_num)
            yield reader.line_num, {key: _cell(key, value or "") for key, value in raw.items()}
    except csv.Error as error:
        raise BadInput("csv_broken", line=reader.line_num + 1) from error


def _cell(key: str, value: str) -> str | list[str]:
    if key not in LISTS:
        return value
    return [word.strip() for word in BETWEEN.split(value) if word.strip()]


def _row(line: int, raw: Mapping[str, Any]) -> Row:
    values: dict[str, Any] = {key: _text(line, raw, key) for key in fields.TEXTS}
    for key in fields.REQUIRED:
        if not values[key]:
            raise BadInput("empty_field", line=line, key=key)
    unknown: list[str] = []
    for key in LISTS:
        for word in _words(line, raw, key):
            _take(values, key, word, unknown)
    for key, name in fields.WORDS.items():
        word = _text(line, raw, key)
        if word and word not in terms(name):
            unknown.append(f"{key}:{word}")
        elif word:
            values[key] = word
    values["kind"] = _kind(line, raw)
    given = _text(line, raw, "id")
    source = f"import:{given}" if given else f"import-text:{fields.text_hash(values)[:32]}"
    shared_on = _date(line, raw)
    return Row(line, source, values, _text(line, raw, "office"), shared_on, tuple(unknown))


def _take(values: dict[str, Any], key: str, word: str, unknown: list[str]) -> None:
    """Puts a word under its key, or under the keys that the coarser word stands for."""
    means: Any = [word] if word in terms(LISTS[key]) else _coarse().get(key, {}).get(word)
    if means is None:
        unknown.append(f"{key}:{word}")
        return
    for place, keys in means.items() if isinstance(means, dict) else [(key, means)]:
        if isinstance(keys, str):
            values.setdefault(place, keys)
        else:
            kept = values.setdefault(place, [])
            kept += [one for one in keys if one not in kept]


def _text(line: int, raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise BadInput("not_text", line=line, key=key)
    return clean(str(value))


def _words(line: int, raw: Mapping[str, Any], key: str) -> list[str]:
    value = raw.get(key) or []
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise BadInput("not_words", line=line, key=key)
    return words


def _kind(line: int, raw: Mapping[str, Any]) -> str:
    word = _text(line, raw, "kind") or Kind.CUSTOMER_CASE
    if word not in list(Kind):
        raise BadInput("not_kind", line=line, kinds=", ".join(Kind))
    return str(word)


def _date(line: int, raw: Mapping[str, Any]) -> datetime | None:
    """`posted_at`, a day in Japan, as its noon: that is the same day for every reader's clock."""
    word = _text(line, raw, "posted_at")
    if not word:
        return None
    try:
        day = date.fromisoformat(word[:10].replace("/", "-"))
    except ValueError as error:
        raise BadInput("posted_at", line=line) from error
    return datetime.combine(day, time(12), tzinfo=months.JST)


@cache
def _coarse() -> dict[str, Any]:
    found: dict[str, Any] = content("import_words.json")
    return found
