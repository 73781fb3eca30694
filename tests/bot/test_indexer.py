"""The indexing child and its parent, and a named model that cannot be loaded."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import indexer
from bot.encoders import choice_of, empty_index, load_models, open_library, warm
from bot.indexer import Indexer
from cases import sample
from cases.embedding import ModelChoice
from cases.embedding.bundled import BundledEncoder
from cases.embedding.word_vectors import SEARCH_NAME
from cases.errors import ModelUnavailable
from cases.index.memory import MemoryIndex
from cases.indexing import missing
from cases.scope import Scope
from tests.fakes.cast import company_of
from tests.fakes.encoder import FakeEncoder
from tests.fakes.house import House, settings_of

CHILD = """#!/bin/sh
echo "$@" >"$NOTES"
exec cat >>"$NOTES"
"""


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a child that is not Python notes its arguments and each byte it is sent."""
    script = tmp_path / "child"
    script.write_text(CHILD, encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    return tmp_path / "notes"


async def test_the_child_is_called_and_ended_by_its_parent(notes: Path) -> None:
    child = Indexer({"PATH": os.environ["PATH"], "NOTES": str(notes)})
    await child.start()
    child.wake()
    child.wake()
    await child.stop()
    assert child.process is not None
    assert child.process.returncode == 0
    assert await asyncio.to_thread(notes.read_text, encoding="utf-8") == "-m bot indexer\n\n\n"
    child.wake()  # nobody is there any more
    await child.stop()


async def test_a_child_that_never_started_is_neither_called_nor_waited_for() -> None:
    child = Indexer({})
    child.wake()
    await child.stop()
    assert child.process is None


@pytest.fixture
def asked(encoder: BundledEncoder, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models that were asked for, without torch: only the bundled weights can be loaded."""
    names: list[str] = []

    def load(choice: ModelChoice = ModelChoice()) -> BundledEncoder:  # noqa: B008  # it is frozen
        names.append(choice.stored)
        if choice.name:
            raise ModelUnavailable(f"{choice.name}: not here")
        return encoder

    there = SimpleNamespace(SentenceEncoder=load)
    monkeypatch.setitem(sys.modules, "cases.embedding.sentence", there)
    return names


async def test_search_goes_on_with_the_bundled_model_when_the_named_one_is_missing(
    company: House, asked: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    library, named = company.hub.library, {"HITOTSUBU_EMBEDDING_MODEL": "no/such-model"}
    library.shelves.others["no/such-model"] = None  # as open_library leaves it while it loads
    await load_models(library, settings_of(company.path, named))
    assert asked == ["no/such-model"]
    assert library.shelves.others == {}
    assert "no/such-model" in caplog.text


async def test_without_a_named_model_nothing_is_loaded(company: House, asked: list[str]) -> None:
    await load_models(company.hub.library, settings_of(company.path))
    assert asked == []


def test_a_stored_name_says_which_model_and_how_many_numbers() -> None:
    now = ModelChoice("new", dtype="bfloat16")
    assert choice_of("a/b@256", now) == ModelChoice("a/b", 256, dtype="bfloat16")
    assert choice_of("a/b", now).stored == "a/b"
    assert choice_of("me@home/model", now).name == "me@home/model"


@pytest.mark.parametrize("model", ["", "no/such-model"])
async def test_the_child_embeds_what_is_missing_and_ends_with_its_pipe(
    company: House,
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    model: str,
) -> None:
    db = company.hub.library.db
    async with db.transaction(Scope(sample.COMPANY)) as shelf:
        await shelf.cases.drop_vectors((await shelf.cases.company_wide())[0].id)
    assert await missing(db, sample.COMPANY, SEARCH_NAME)
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{company.path}")
    monkeypatch.setenv("HITOTSUBU_EMBEDDING_MODEL", model)
    monkeypatch.setattr(os, "nice", lambda _by: 0)  # the tests themselves stay as they are
    reader, writer = os.pipe()
    with os.fdopen(reader) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        os.write(writer, b"\n")
        os.close(writer)
        async with asyncio.timeout(60):
            await indexer.run()
    assert not await missing(db, sample.COMPANY, SEARCH_NAME)
    assert ("no/such-model" in capfd.readouterr().err) is bool(model)
    assert asked == (["", model] if model else [""])


async def test_the_index_of_one_company_fails_and_the_others_go_on(
    company: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    library = company.hub.library
    for company_id in ("c2", "c3"):
        async with library.db.transaction(Scope(company_id)) as shelf:
            shelf.session.add_all(company_of(company_id))

    def make(company_id: str, model: str, size: int) -> MemoryIndex:
        if company_id != "c3":
            raise EOFError("離島の診療所")
        return empty_index(company_id, model, size)

    monkeypatch.setattr(library.shelves, "make_index", make)
    await warm(library)
    assert set(library.shelves.companies) == {"c3"}
    assert "c2: EOFError" in caplog.text
    assert "離島" not in caplog.text


async def test_with_pgvector_no_files_of_an_index_stay(tmp_path: Path) -> None:
    (tmp_path / "index" / "company").mkdir(parents=True)
    await open_library(settings_of(tmp_path / "data.db"), FakeEncoder()).close()
    assert (tmp_path / "index").exists()
    there = replace(settings_of(tmp_path / "data.db"), index="pgvector")
    await open_library(there, FakeEncoder()).close()
    assert not (tmp_path / "index").exists()
