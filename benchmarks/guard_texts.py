"""The labelled texts that the guard is measured on, all in the shape of the development set.

Fresh batches are JSON: kind → sentences, a name in them marked as [h:山田先生], [f:みどり病院] or
[c:090-0000-0000] (hcp_name, facility_name, contact).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CASE_FIELDS = ("title", "situation", "action", "result", "tip")
_MARK = re.compile(r"\[(?P<kind>[hfc]):(?P<name>[^\]]+)\]")
_KINDS = {"h": "hcp_name", "f": "facility_name", "c": "contact"}


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def marked(sentence: str) -> tuple[str, list[dict[str, Any]]]:
    """The sentence without marks, and a label (type, start, end) for every mark."""
    text, labels, at = "", [], 0
    for mark in _MARK.finditer(sentence):
        text += sentence[at : mark.start()]
        end = len(text) + len(mark["name"])
        labels.append({"type": _KINDS[mark["kind"]], "start": len(text), "end": end})
        text, at = text + mark["name"], mark.end()
    return text + sentence[at:], labels


def batch(name: str) -> dict[str, list[dict[str, Any]]]:
    """A fresh batch: kind → rows of id, text and labels of names; other kinds label the whole."""
    sentences: dict[str, list[str]] = json.loads((HERE / name).read_text("utf-8"))
    return {kind: [_row(kind, s) for s in texts] for kind, texts in sentences.items()}


def _row(kind: str, sentence: str) -> dict[str, Any]:
    text, labels = marked(sentence)
    if kind not in ("names", "clean"):
        labels.append({"type": kind, "start": 0, "end": len(text)})
    return {"id": kind, "text": text, "labels": labels}


def fields_of(given: Any) -> dict[str, dict[str, str]]:
    """Id (or place) → fields of every text in a JSON list, or in an object of lists.

    A text is a string, or an object with `text` or with the fields of a case.
    """
    listed = given if isinstance(given, list) else [row for part in given.values() for row in part]
    found = {}
    for number, row in enumerate(listed, 1):
        fields = row if isinstance(row, dict) else {"text": row}
        told = {key: str(fields[key]) for key in ("text", *CASE_FIELDS) if fields.get(key)}
        found[str(fields.get("id", number))] = told
    return found
