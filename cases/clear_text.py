"""Looking for a clear text on this machine: in files as bytes, and in every row of the database.

Decision 21: no clear text of a masked name in any file, at any time. A string is looked for as
UTF-8, UTF-16, Shift_JIS, EUC-JP and as JSON escapes it; what is sealed does not match.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cases.db import Database
from cases.store.tables import every_row

BLOCK = 1 << 20  # bytes read at a time
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp")


def forms(wanted: str) -> dict[str, bytes]:
    """How the string may lie in a file: name of the form → bytes."""
    found: dict[str, bytes] = {}
    for shape in dict.fromkeys(
        [wanted, *(unicodedata.normalize(f, wanted) for f in ("NFC", "NFD"))]
    ):
        mark = "" if shape == wanted else "-normalised"
        for encoding in ENCODINGS:
            data = shape.encode(encoding, "ignore")
            if data.decode(encoding, "ignore") == shape:  # no part of it was left out
                found[encoding + mark] = data
        escaped = json.dumps(shape)[1:-1].encode()
        found["json" + mark] = escaped
        found["json-upper" + mark] = escaped.upper().replace(b"\\U", b"\\u")
    return found


def in_files(paths: list[Path], wanted: str) -> Iterator[tuple[str, str, int]]:
    """(file, form, byte) of each first place in every file under the paths; links are left out."""
    needles = forms(wanted)
    files = {file for path in paths for file in _files(path)}
    for file in sorted(files):
        try:
            found = _in_file(file, needles)
        except FileNotFoundError:  # a database that runs throws files away
            continue
        for form, at in found.items():
            yield str(file), form, at


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
    elif path.is_file():
        yield path


def _in_file(path: Path, needles: dict[str, bytes]) -> dict[str, int]:
    """The first place of each form; blocks overlap, so that none hides between two of them."""
    found: dict[str, int] = {}
    keep = max(map(len, needles.values())) - 1
    rest, begin = b"", 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            data = rest + block
            for form, needle in needles.items():
                at = data.find(needle)
                if at >= 0:
                    found.setdefault(form, begin + at)
            rest = data[-keep:] if keep else b""
            begin += len(data) - len(rest)
    return found


async def in_rows(db: Database, wanted: str) -> list[tuple[str, int]]:
    """(table, number of rows) that hold the string; this also reads what a page break splits."""
    needles = set(forms(wanted).values())
    found: Counter[str] = Counter()
    async for table, row in every_row(db.engine):
        found[table] += _holds(row, needles)
    return [(table, count) for table, count in found.items() if count]


def _holds(row: tuple[object, ...], needles: set[bytes]) -> bool:
    for value in row:
        data = value if isinstance(value, bytes) else str(value).encode("utf-8", "ignore")
        if any(needle in data for needle in needles):
            return True
    return False
