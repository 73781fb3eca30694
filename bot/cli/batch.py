"""Texts from the command line or from a file of JSON lines, and answers as JSON lines."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cases.errors import BadInput

LARGEST = 1_000_000_000  # bytes; a million cases are some hundred million


@dataclass(frozen=True, slots=True)
class Asked:
    """One text of a batch and its id as given; the line's number where it has none."""

    id: str
    text: str


def add_texts(parser: argparse.ArgumentParser) -> None:
    """One text, or `--batch FILE`, and `--json`."""
    parser.add_argument("text", nargs="?", metavar="TEXT", help="ひとつの文 / one text")
    parser.add_argument("--batch", metavar="FILE", help="JSON Lines: id, text|query; - は標準入力")
    parser.add_argument("--json", action="store_true", help="1行1件の JSON / one JSON line each")


def texts(options: argparse.Namespace) -> list[Asked]:
    """The texts that were asked for. Raises BadInput for neither or both, or a bad line."""
    if (options.text is None) == (options.batch is None):
        raise BadInput("text_or_batch")
    if options.text is not None:
        if not options.text.strip():
            raise BadInput("empty_text")
        return [Asked("", options.text)]
    return [_asked(number, line) for number, line in json_lines(read_text(options.batch))]


def read_text(path: str) -> str:
    """A file as UTF-8 text, or standard input for `-`. Raises BadInput."""
    data = sys.stdin.buffer.read() if path == "-" else read_bytes(Path(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("not_utf8", path=path, byte=error.start) from error


def read_bytes(path: Path) -> bytes:
    """A whole file. Raises BadInput for one that cannot be read or would not fit into memory."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput("too_big", path=path, most=f"{LARGEST:,}")
        return path.read_bytes()
    except OSError as error:
        raise BadInput("unreadable", path=path) from error


def json_lines(text: str) -> list[tuple[int, dict[str, Any]]]:
    """(line number, object) of each line that is not empty. Raises BadInput naming the line."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadInput("not_json", line=number) from error
        if not isinstance(row, dict):
            raise BadInput("not_object", line=number)
        found.append((number, row))
    return found


def emit(row: dict[str, Any]) -> None:
    """One JSON line of the public shape: `"v": 1` first."""
    print(json.dumps({"v": 1, **row}, ensure_ascii=False))


def _asked(number: int, row: dict[str, Any]) -> Asked:
    text = row.get("text", row.get("query"))
    if not isinstance(text, str):
        raise BadInput("no_text", line=number)
    return Asked(str(row.get("id", number)), text)
