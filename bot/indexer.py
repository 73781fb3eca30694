"""The indexing child: writes every stored vector through sentence-transformers, at low priority.

Its parent writes a line whenever something was published, and closes the pipe to end it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping

from bot.settings import read
from cases.db import Database
from cases.embedding import ModelChoice
from cases.errors import ModelUnavailable
from cases.reindexing import Keeper

REST = 0.5  # seconds between looks: what another process published is found within a second


class Indexer:
    """The child process as its parent sees it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Starts the child; it is ready after torch is loaded (about 10 s), nobody waits."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "indexer",
            stdin=asyncio.subprocess.PIPE,
            env=self.environ,
            start_new_session=True,  # Ctrl-C ends the parent, which ends the child in order
        )

    def wake(self) -> None:
        """Something was published."""
        if (
            self.process is None
            or self.process.stdin is None
            or self.process.returncode is not None
        ):
            return
        self.process.stdin.write(b"\n")

    async def stop(self) -> None:
        """Closes the pipe and waits for the batch under way."""
        if self.process is None or self.process.returncode is not None:
            return
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def run() -> None:
    """The child's life: embed what is missing, wait for a line, again."""
    os.nice(10)
    settings = read()
    lines = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(lines)
    try:
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    except (ValueError, PermissionError):  # no pipe, so no parent: one pass and done
        lines.feed_eof()
    db = Database(settings.database_url)
    keeper = await asyncio.to_thread(keeper_of, db, settings.embedding)
    try:
        while True:
            for company in await db.directory.companies():
                await keeper.look(company.id)
            if lines.at_eof():
                return
            await _called(lines)
    finally:
        await db.close()


def keeper_of(db: Database, choice: ModelChoice) -> Keeper:
    """What keeps the vectors: the chosen model, or the bundled one where it cannot be loaded."""
    # Loading torch takes seconds, so it is imported only here.
    from cases.embedding.sentence import SentenceEncoder
    from cases.embedding.word_vectors import for_search

    bundled = for_search(SentenceEncoder())
    if not choice.name:
        return Keeper(db, bundled, bundled)
    try:
        return Keeper(db, SentenceEncoder(choice), bundled)
    except ModelUnavailable as error:  # the bundled weights go on; the reason is one line
        print(f"hitotsubu: {error}", file=sys.stderr, flush=True)  # noqa: T201  # a child's only voice
        return Keeper(db, bundled, bundled)


async def _called(lines: asyncio.StreamReader) -> None:
    """Returns at the parent's line, at the end of the pipe, or after a rest."""
    try:
        async with asyncio.timeout(REST):
            await lines.readline()
    except TimeoutError:
        return
