"""A small index that is kept on disk, as several processes of several companies see it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cases import question
from cases.index import Document, parts
from cases.index.saved import Saved, SavedIndex
from cases.index.vectors import Common
from tests.fakes.cast import NOON
from tests.fakes.encoder import FakeEncoder

PLAIN = Common(np.zeros(64, np.float32), np.zeros(64, np.float32))
ENCODER = FakeEncoder()
THINGS = ("視聴ログを見てメールを送った", "離島の診療所と電話で話した", "調剤薬局に資料を届けた")


def opened(home: Path, model: str = "fake", company: str = "c1") -> SavedIndex:
    return SavedIndex(PLAIN, Saved.of(home, company, model, 64))


def put(index: SavedIndex, case_id: str, words: str) -> None:
    document = Document(case_id, {"action": words}, (), frozenset({"all", f"own:{case_id}"}))
    index.put(document)
    named = parts(document.fields)
    rows = ENCODER.encode([text for _, text in named])
    index.put_vectors(case_id, {part: row for (part, _), row in zip(named, rows, strict=True)})


def filled(home: Path, model: str = "fake", company: str = "c1") -> SavedIndex:
    index = opened(home, model, company)
    for number, words in enumerate(THINGS):
        put(index, f"case{number}", words)
    index.reach(NOON, NOON)
    index.close()  # waits for what is being written
    return index


def kept(home: Path) -> int:
    """How many indexes lie there as a whole."""
    return len(list((home / "index").glob("*/*/index-*")))


def ids(index: SavedIndex, words: str) -> list[tuple[str, int | None]]:
    found = index.search(question.read(words, ENCODER), [{"all"}])
    return [(hit.case_id, hit.sentence) for hit in found]
