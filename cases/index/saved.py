"""An index on disk: a folder of arrays, mapped at the next start instead of reading every case.

It is derived: any folder may be deleted at any time, and one that cannot be used, or was written by
other code or for another dictionary, is deleted. All of a company lies in one folder.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from cases.index.matrix import mapped, on_disk
from cases.index.memory import MemoryIndex
from cases.index.vectors import Common

log = logging.getLogger(__name__)
HOME, FACTS = "index", "facts.json"
GONE = "gone-"  # begins the name of a company's folder that is being deleted
WORDS = "words"  # the folder of words alone, which answer until a named model is loaded
# An index is written when so many cases came or left since, or one of so many, and at the end of a
# process: the next one reads the rest from the tables, some two milliseconds each.
LEAST, SHARE = 1_000, 32
ABANDONED = 3600  # seconds after which nobody writes a folder any more
# What an index holds comes from these: the code that reads a case, and what it looks up.
READ_BY = ("words.py", "text.py", "thesaurus.py", "sudachi.py", "vocabulary.py", "indexing.py",
           "content/thesaurus.json", "content/vocabulary.json")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saved:
    """Where the index of one company and model is kept: `folder` holds one folder a time, and lies
    in that of the company."""

    folder: Path

    @classmethod
    def of(cls, home: Path, company_id: str, model: str, size: int) -> Saved:
        """Below `home`; names are hashed, for they may hold anything. No model: words alone."""
        own = _hashed(f"{model}\0{size}") if model else WORDS
        return cls(home / HOME / _hashed(company_id) / own)

    def beside(self) -> Path:
        """A new folder to write to; it goes with all others when a case leaves."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.parent.chmod(0o700)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=self.folder))
        for left in self.folder.glob("new-*"):  # of a process that was killed while it wrote
            if new.stat().st_mtime - left.stat().st_mtime > ABANDONED:
                shutil.rmtree(left, ignore_errors=True)
        return new

    def swap(self, new: Path) -> None:
        """What was written `beside` takes the place of what is there."""
        for old in self._whole():
            shutil.rmtree(old, ignore_errors=True)  # who has mapped it keeps it
        new.rename(new.with_name(new.name.replace("new-", "index-", 1)))

    def read(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
        """Arrays (changes to them stay in memory) and facts; None where there is nothing.

        Raises ValueError for other code's, and whatever a broken file makes of itself.
        """
        for own in self._whole()[-1:]:
            facts = json.loads((own / FACTS).read_text("utf-8"))
            if facts["read_by"] != read_by():
                raise ValueError("written by other code")
            arrays = {one.stem: mapped(one) for one in own.glob("*.npy")}
            if facts["arrays"] != sorted(arrays):  # it is being deleted, or was not copied whole
                raise ValueError("arrays are missing")
            return arrays, facts
        return None

    def discard(self) -> None:
        """What is kept for this model cannot be used and goes."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def forget(self) -> None:
        """Nothing of the company stays on disk, whatever model or process it was written for.

        All is moved away first: who writes there finds no place for the next file.
        """
        own = self.folder.parent
        try:
            own.rename(own.with_name(f"{GONE}{uuid4().hex}"))
        except OSError:  # nothing is there, or the disk has no room for another name
            shutil.rmtree(own, ignore_errors=True)
        self.clear()

    def clear(self) -> None:
        """What was moved away goes, also where a file was made meanwhile or a process killed."""
        for gone in self.folder.parent.parent.glob(f"{GONE}*"):
            shutil.rmtree(gone, ignore_errors=True)

    def forget_others(self) -> None:
        """Folders of former models go. That of words alone is no model's and stays."""
        for other in self.folder.parent.glob("*"):
            if other.name not in (self.folder.name, WORDS):
                shutil.rmtree(other, ignore_errors=True)

    def _whole(self) -> list[Path]:
        return sorted(self.folder.glob("index-*"))


class SavedIndex(MemoryIndex):
    """A MemoryIndex that is kept on disk from LEAST cases on.

    When a case leaves, the company's files do so at once: nothing of it stays on disk.
    """

    def __init__(self, common: Common, saved: Saved) -> None:
        super().__init__(common)
        self._saved = saved
        self._until: tuple[datetime | None, datetime | None] = None, None
        self._writer: Thread | None = None
        self._left = 0  # how often cases left, and all that lay on disk with them

    def remove(self, case_id: str) -> None:
        """See Index.remove. Another process may have written the files: none is asked whose."""
        with self._lock:
            before = len(self)
            super().remove(case_id)
            if len(self) < before:
                self._left += 1
                self._saved.forget()

    def reached(self, newest: datetime | None) -> tuple[datetime | None, datetime | None]:
        """See Index.reached. A model that begins to answer ends the folders of former ones."""
        self._saved.clear()
        if self._saved.folder.name != WORDS:
            self._saved.forget_others()
        try:
            self._begin(newest)
        except Exception as error:  # a broken file may raise anything; search must go on without
            log.warning("a kept search index could not be used: %s", type(error).__name__)
            self._saved.discard()
            super().__init__(self._common)  # it may have begun with a part
            self._until = None, None
        return self._until

    def _begin(self, newest: datetime | None) -> None:
        if (found := self._saved.read()) is None:
            return
        arrays, facts = found
        cases, vectors = (at and datetime.fromisoformat(at) for at in facts["until"])
        if newest is None or cases is None or cases > newest:
            self._saved.forget()
            return
        self.begin(arrays, facts)
        self._until = cases, vectors

    def reach(self, cases: datetime | None, vectors: datetime | None) -> None:
        """See Index.reach."""
        super().reach(cases, vectors)
        with self._lock:
            self._until = cases, vectors
            due = self.changes >= max(LEAST, len(self) // SHARE)
            if due and not (self._writer and self._writer.is_alive()):
                self._writer = Thread(target=self._write, name="index-writer")
                self._writer.start()

    def close(self) -> None:
        """See Index.close. Waits for what is being written."""
        if self._writer:
            self._writer.join()
        if self.changes and len(self) >= LEAST:
            self._write()

    def _write(self) -> None:
        """Keeps the index if it can; the thread ends well in any case."""
        with self._lock:
            changes, self.changes = self.changes, 0
        try:
            self._write_copy()
        except FileNotFoundError:
            log.info("a case left while the search index was written: it is not kept")
            self._saved.forget()
        except OSError as error:  # a full disk: the next start takes longer
            log.warning("the search index could not be kept: %s", error.strerror)
            self._saved.forget()
        except Exception as error:  # its words may hold text of a case
            log.warning("the search index could not be kept: %s", type(error).__name__)
            with self._lock:
                self.changes += changes  # the next change tries again
        self._saved.clear()  # another process may have moved away what was being written

    def _write_copy(self) -> None:
        """Writes a copy: neither questions nor new cases wait for it.

        Raises FileNotFoundError when a case left meanwhile, and what a disk or an index may raise.
        """
        with self._lock:  # a case leaves before the copy is made, or finds its folder
            own, until, left = self.copy(), self._until, self._left
            new = self._saved.beside()
        try:
            arrays, facts = own.state()
            write(new, arrays, {**facts, "until": [at and at.isoformat() for at in until]})
            with self._lock:
                if self._left != left:
                    raise FileNotFoundError(new)
                self._saved.swap(new)
        finally:
            shutil.rmtree(new, ignore_errors=True)  # it has another name when all went well


def write(folder: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> None:
    """Everything has reached the disk afterwards."""
    for name, array in arrays.items():
        on_disk(folder / f"{name}.npy", partial(np.save, arr=array, allow_pickle=False))
    told = {**facts, "read_by": read_by(), "arrays": sorted(arrays)}
    facts_text = json.dumps(told, ensure_ascii=False).encode()
    on_disk(folder / FACTS, lambda file: file.write(facts_text))


def forget_all(home: Path) -> None:
    """Nothing of any company stays below `home`: the index is elsewhere now."""
    shutil.rmtree(home / HOME, ignore_errors=True)


@cache
def read_by() -> str:
    """A hash of everything on which the terms of a case and their form depend."""
    digest = hashlib.sha256(f"{version('sudachidict-core')} {version('sudachipy')}".encode())
    for name in READ_BY:
        digest.update(files("cases").joinpath(name).read_bytes())
    for own in sorted(files("cases.index").iterdir(), key=lambda file: file.name):
        if own.name.endswith(".py"):
            digest.update(own.read_bytes())
    return digest.hexdigest()


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:24]
