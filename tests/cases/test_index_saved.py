"""A large index is kept on disk for the next process; what has to leave leaves the disk too."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from cases.index import Document, saved
from cases.index.saved import Saved
from tests.fakes.cast import NOON
from tests.fakes.saved_index import THINGS, filled, ids, kept, opened, put


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "LEAST", 3)


def test_the_next_process_goes_on_where_this_one_was(tmp_path: Path) -> None:
    first, again = filled(tmp_path), opened(tmp_path)
    assert again.reached(NOON) == (NOON, NOON)
    for words in ("離島", "視聴ログのメール", "zzzz"):
        assert ids(again, words) == ids(first, words)
    put(again, "case3", "薬審の前に勉強会を開いた")
    assert ids(again, "薬審")[0] == ("case3", 0)
    assert again.sentences("case1") == 1
    again.close()
    third = opened(tmp_path)
    third.reached(NOON)
    assert ids(third, "薬審")[0] == ("case3", 0)
    assert kept(tmp_path) == 1


def test_a_case_that_is_read_again_unchanged_keeps_its_vectors_and_the_files(
    tmp_path: Path,
) -> None:
    filled(tmp_path)
    again = opened(tmp_path)
    again.reached(NOON)
    again.put(Document("case1", {"action": THINGS[1]}, (), frozenset({"all", "own:case1"})))
    assert again.sentences("case1") == 1
    assert opened(tmp_path).reached(NOON) == (NOON, NOON)


def test_a_case_that_leaves_takes_the_files_along(tmp_path: Path) -> None:
    index = filled(tmp_path)
    assert list((tmp_path / "index").glob("*/*/*/*.npy"))
    (home,) = (tmp_path / "index").glob("*/*")
    (home / "new-killed").mkdir()
    os.utime(home / "new-killed", (0, 0))
    put(index, "case4", "薬審の前に勉強会を開いた")
    index.close()
    assert [one.name[:6] for one in home.iterdir()] == ["index-"]
    index.remove("case1")
    assert not list((tmp_path / "index").iterdir())
    assert opened(tmp_path).reached(NOON) == (None, None)


def test_a_case_that_leaves_takes_along_what_others_wrote_and_no_other_company(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as never:
        never.setattr(saved, "LEAST", 1_000)
        index = filled(tmp_path)  # it wrote nothing
    for model, company in (("fake", "c1"), ("former", "c1"), ("", "c1"), ("fake", "c2")):
        filled(tmp_path, model, company)
    assert kept(tmp_path) == 4
    index.remove("nobody")
    assert kept(tmp_path) == 4
    index.remove("case1")
    assert kept(tmp_path) == 1
    assert opened(tmp_path, company="c2").reached(NOON) == (NOON, NOON)


def test_a_model_that_begins_to_answer_ends_the_files_of_former_ones(tmp_path: Path) -> None:
    for model, company in (("fake", "c1"), ("", "c1"), ("fake", "c2")):
        filled(tmp_path, model, company)
    assert opened(tmp_path, "").reached(NOON) == (NOON, NOON)
    assert kept(tmp_path) == 3  # words answer only until the model is loaded
    assert opened(tmp_path, "another").reached(NOON) == (None, None)
    assert kept(tmp_path) == 2
    assert opened(tmp_path, "").reached(NOON) == (NOON, NOON)


def emptied(own: Path) -> None:
    (own / "impacts.npy").write_bytes(b"")


def cut(own: Path) -> None:
    (own / "keys.npy").write_bytes((own / "keys.npy").read_bytes()[:-8])


def gone(own: Path) -> None:
    (own / "impacts.npy").unlink()


def unread(own: Path) -> None:
    (own / "facts.json").write_text("{", encoding="utf-8")


def unlisted(own: Path) -> None:
    """An array is missing, and the facts do not know: it fails halfway."""
    gone(own)
    facts = json.loads((own / "facts.json").read_text("utf-8"))
    facts["arrays"].remove("impacts")
    (own / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


@pytest.mark.parametrize("harm", [emptied, cut, gone, unread, unlisted])
def test_broken_files_are_deleted_and_the_index_begins_empty(
    tmp_path: Path, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path)
    (own,) = (tmp_path / "index").glob("*/*/*")
    harm(own)
    again = opened(tmp_path)
    assert again.reached(NOON) == (None, None)
    assert "could not be used" in caplog.text
    assert not own.exists()
    assert not len(again)
    put(again, "case7", THINGS[1])
    assert ids(again, "離島") == [("case7", 0)]


def test_older_tables_and_another_program_begin_anew_and_delete_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    assert Saved.of(tmp_path, "c2", "fake", 64).read() is None
    with monkeypatch.context() as other:
        other.setattr(saved, "read_by", lambda: "other")
        assert opened(tmp_path).reached(NOON) == (None, None)
    assert not kept(tmp_path)
    filled(tmp_path)
    assert opened(tmp_path).reached(NOON - timedelta(seconds=1)) == (None, None)
    assert not list((tmp_path / "index").iterdir())


def test_all_files_have_reached_the_disk_before_they_take_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []

    def fsync(file: int) -> None:
        assert not kept(tmp_path)
        synced.append(os.fstat(file).st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    filled(tmp_path)
    (own,) = (tmp_path / "index").glob("*/*/*")
    assert {file.stat().st_ino for file in own.iterdir()} == set(synced)


def test_a_small_index_and_a_full_disk_keep_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = opened(tmp_path)
    put(index, "case0", THINGS[0])
    index.close()
    assert not list(tmp_path.iterdir())

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    assert ids(filled(tmp_path), "離島")[0][0] == "case1"
    assert not list((tmp_path / "index").glob("*"))


def test_questions_and_new_cases_do_not_wait_for_what_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, found, save = filled(tmp_path), [], np.save

    def ask() -> None:
        put(index, "case9", "薬審の前に勉強会を開いた")
        found.append(ids(index, "薬審")[0])

    def slow(*args: Any, **named: Any) -> None:
        asker = Thread(target=ask)
        asker.start()
        asker.join(30)
        save(*args, **named)

    with monkeypatch.context() as writing:
        writing.setattr(np, "save", slow)
        index.changes = 3
        index.reach(NOON, NOON)
        index.close()
    assert set(found) == {("case9", 0)}
    again = opened(tmp_path)
    again.reached(NOON)
    assert ids(again, "薬審")[0] == ("case9", 0)  # written at the end, the first time without it


def test_a_case_that_leaves_while_its_index_is_written_stays_on_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, save = filled(tmp_path), np.save

    def leaving(*args: Any, **named: Any) -> None:
        index.remove("case1")
        save(*args, **named)

    with monkeypatch.context() as writing:
        writing.setattr(np, "save", leaving)
        index.changes = 3
        index.reach(NOON, NOON)
        writer = index._writer
        assert writer
        writer.join()
    assert not list((tmp_path / "index").iterdir())
    assert "case1" not in dict(ids(index, "離島"))
