"""What comes or leaves while a second thread writes the index; a case that left stays nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event, Thread, current_thread
from typing import Any

import numpy as np
import pytest

from cases.index import Document, saved
from cases.index.memory import MemoryIndex
from cases.index.saved import SavedIndex
from tests.fakes.cast import NOON
from tests.fakes.saved_index import THINGS, filled, ids, kept, opened, put


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "LEAST", 3)


def nothing_lies_below(home: Path) -> bool:
    return not list((home / "index").iterdir())


@contextmanager
def writing(index: SavedIndex) -> Iterator[None]:
    """A second thread writes, and has ended afterwards."""
    index.changes = 3
    index.reach(NOON, NOON)
    assert index._writer
    yield
    index._writer.join(30)
    assert not index._writer.is_alive()


class Gate:
    """The writer stops before (or after) one call of a function until it may `go`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, call: int) -> None:
        self.there, self.go, self.passed = Event(), Event(), Event()
        calls, real = count(), getattr(owner, name)

        def held(*args: Any, **named: Any) -> Any:
            number = next(calls)
            if number == call:
                self._stop()
            result = self._passing(real, number == call, *args, **named)
            if call == AFTER:
                self._stop()
                self.passed.set()
            return result

        monkeypatch.setattr(owner, name, held)

    def _stop(self) -> None:
        self.there.set()
        assert self.go.wait(30)

    def _passing(self, real: Any, told: bool, *args: Any, **named: Any) -> Any:
        try:
            return real(*args, **named)
        finally:
            if told:
                self.passed.set()


AFTER = -1
POINTS = {
    "before the first file": (saved, "on_disk", 0),
    "in a file that is open": (np, "save", 7),
    "between two files": (saved, "on_disk", 7),
    "before the last file": (saved, "read_by", 0),
    "before the rename": (saved, "write", AFTER),
}


@pytest.mark.parametrize(
    ("point", "room"), [*((point, True) for point in POINTS), ("between two files", False)]
)
def test_wherever_the_writer_is_a_case_that_leaves_stays_on_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, room: bool
) -> None:
    index, remove_folder, rename = filled(tmp_path), os.rmdir, Path.rename
    put(index, "case3", "薬審の前に勉強会を開いた")
    gate = Gate(monkeypatch, *POINTS[point])

    def raced(path: Any, **named: Any) -> None:
        """All was listed and deleted: now the writer makes the file before which it stood."""
        if current_thread() is not index._writer and Path(path).name.startswith("new-"):
            gate.go.set()
            assert gate.passed.wait(30)
        remove_folder(path, **named)

    def full(path: Path, target: Path) -> Path:
        if target.name.startswith("gone-"):
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(os, "rmdir", raced)
    if not room:
        monkeypatch.setattr(Path, "rename", full)
    with writing(index):
        assert gate.there.wait(30)
        index.remove("case1")
        gate.go.set()
    assert nothing_lies_below(tmp_path)
    index.close()
    assert kept(tmp_path) == 1
    assert not [file for file in tmp_path.rglob("*.npy") if b"case1" in file.read_bytes()]


def test_a_process_that_is_closed_while_a_case_leaves_keeps_the_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = filled(tmp_path)
    put(index, "case3", "薬審の前に勉強会を開いた")
    gate = Gate(monkeypatch, saved, "on_disk", 7)
    with writing(index):
        assert gate.there.wait(30)
        closing = Thread(target=index.close)
        closing.start()
        index.remove("case1")
        gate.go.set()
        closing.join(30)
        assert not closing.is_alive()
    again = opened(tmp_path)
    assert again.reached(NOON) == (NOON, NOON)
    assert {case_id for case_id, _ in ids(again, "離島")} == {"case0", "case2", "case3"}
    assert not [file for file in tmp_path.rglob("*.npy") if b"case1" in file.read_bytes()]


def test_what_a_killed_process_had_only_moved_away_goes_at_the_next_start(tmp_path: Path) -> None:
    filled(tmp_path)
    (company,) = (tmp_path / "index").iterdir()
    company.rename(company.with_name("gone-1"))
    filled(tmp_path, company="c2")
    opened(tmp_path, company="c2").reached(NOON)
    assert kept(tmp_path) == 1
    assert not list((tmp_path / "index").glob("gone-*"))


@pytest.mark.parametrize("gap", [False, True])
def test_a_vector_that_arrives_during_a_write_is_left_to_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gap: bool
) -> None:
    index, state, late = opened(tmp_path), MemoryIndex.state, "薬審の前だ。離島で会った。勉強会も。"
    for number, words in enumerate((*THINGS, "調剤薬局で会った")):
        put(index, f"case{number}", words)
    index.put(Document("late", {"action": late}, (), frozenset({"all", "own:late"})))
    if gap:
        index.remove("case3")

    def meanwhile(copy: MemoryIndex) -> Any:
        arriving = Thread(target=put, args=(index, "late", late))
        arriving.start()
        arriving.join(30)
        assert index.sentences("late") == 3
        return state(copy)

    with monkeypatch.context() as writer:
        writer.setattr(MemoryIndex, "state", meanwhile)
        with writing(index):
            pass
    again = opened(tmp_path)
    assert again.reached(NOON) == (NOON, NOON)
    assert [again.sentences(name) for name in ("case1", "late")] == [1, 0]
    assert dict(ids(again, "離島"))["case1"] == 0
    assert index.changes == 1  # the vectors that came: the next write holds them
    index.close()
    third = opened(tmp_path)
    third.reached(NOON)
    assert third.sentences("late") == 3


def test_a_write_that_fails_keeps_what_was_there_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    index = filled(tmp_path)

    def broken(_: MemoryIndex) -> Any:
        raise IndexError("離島の診療所")

    with monkeypatch.context() as writer:
        writer.setattr(MemoryIndex, "state", broken)
        with writing(index):
            pass
    assert "could not be kept: IndexError" in caplog.text
    assert "離島" not in caplog.text
    (home,) = (tmp_path / "index").glob("*/*")
    assert [one.name[:6] for one in home.iterdir()] == ["index-"]
    assert index.changes == 3
    with writing(index):
        pass
    assert index.changes == 0
    assert opened(tmp_path).reached(NOON) == (NOON, NOON)
