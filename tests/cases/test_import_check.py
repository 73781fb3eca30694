"""The guard over many rows says the same in workers as one by one, and nothing is encoded twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from cases import import_check, import_rows
from cases.embedding.bundled import BundledEncoder
from cases.embedding.cache import VectorCache
from cases.errors import BadInput
from cases.text import content_hash

LINES = (
    '{"action": "昼に電話を変えた", "result": "話せた", "facility": "clinic"}\n\n'
    '{"action": "山田先生に手紙を送った", "result": "返事が来た", "customer": "wholesaler"}\n'
    '{"action": "御礼に商品券を渡し、処方の約束をした", "result": "処方が倍になった",'
    ' "facility": "castle"}'
)


class HereAndNow:
    """A pool without processes."""

    def __init__(
        self,
        workers: int,
        mp_context: object,
        initializer: Callable[[str], None],
        initargs: tuple[str],
    ) -> None:
        assert workers >= 1
        initializer(*initargs)

    def __enter__(self) -> HereAndNow:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def map(self, work: Callable[[Any], Any], chunks: Iterable[Any]) -> Iterator[Any]:
        return map(work, chunks)


def test_workers_say_the_same_and_hand_over_the_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_check, "ProcessPoolExecutor", HereAndNow)
    monkeypatch.setattr(import_check, "CHUNK", 2)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    rows = import_rows.read(LINES.encode(), csv_file=False)
    kept = VectorCache()
    found = list(import_check.side_by_side(rows, kept))
    assert found == list(import_check.one_by_one(rows, BundledEncoder()))
    assert [str(word.decision) for word in found][:2] == ["publish", "mask"]
    allowed = list(import_check.side_by_side(rows, VectorCache(), {"山田先生"}))
    assert allowed[1].masked["action"] == "山田先生に手紙を送った"
    assert content_hash("A先生に手紙を送った") in kept._kept
    assert content_hash("御礼に商品券を渡し、処方の約束をした") in kept._kept  # may be let pass


def test_words_and_places_are_mapped_or_named() -> None:
    rows = import_rows.read(LINES.encode(), csv_file=False)
    assert [row.line for row in rows] == [1, 3, 4]
    assert rows[0].values["facility"] == "clinic"
    assert rows[1].values["facility"] == "wholesaler"
    assert rows[1].values["customer"] == ["wholesaler_ms"]
    assert rows[2].unknown == ("facility:castle",)
    assert rows[0].source.startswith("import-text:")


@pytest.mark.parametrize(
    ("data", "csv_file", "words"),
    [
        (b"\xff\xfe\xfa", False, "no_utf8_file"),
        (b"action,result\na,b,c\n", True, "csv_cells 2"),
        (b'action,result\n"a"x,b\n', True, "csv_broken 2"),
        (b"[" * 100_000, False, "not_json 1"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(data: bytes, csv_file: bool, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        import_rows.read(data, csv_file=csv_file)
