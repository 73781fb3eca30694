"""`hitotsubu reindex`: writes the vectors of the configured model, then lets it answer."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.opening import Opened, add_company, opened
from bot.cli.progress import bar
from bot.cli.words import locale
from bot.views.words import say
from cases.embedding import Embedder
from cases.reindexing import forget_old, reindex


def add(parser: argparse.ArgumentParser) -> None:
    """`--forget-old`, `--company`."""
    parser.add_argument(
        "--forget-old",
        action="store_true",
        help="前のモデルのベクトルを消す / delete the vectors of former models",
    )
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Re-embeds one company; stopped halfway, it goes on where it was."""
    return asyncio.run(_reindex(options))


async def _reindex(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        embedder = await asyncio.to_thread(_encoder, desk)
        count = await reindex(desk.library.db, desk.company.id, embedder, bar("reindex"))
        print(say(locale(), "search_command.reindexed", count=count, model=embedder.name))
        if options.forget_old:
            for model in await forget_old(desk.library.db, desk.company.id):
                print(say(locale(), "search_command.forgotten", model=model))
            _forget_files(desk, embedder)
    return 0


def _forget_files(desk: Opened, embedder: Embedder) -> None:
    from cases.index.saved import Saved  # with numpy

    own = Saved.of(desk.settings.var, desk.company.id, embedder.name, embedder.size)
    own.forget_others()


def _encoder(desk: Opened) -> Embedder:
    """The configured model. Raises ModelUnavailable, which says what to do."""
    from cases.embedding.sentence import SentenceEncoder  # imports torch, about 8 s
    from cases.embedding.word_vectors import for_search

    return for_search(SentenceEncoder(desk.settings.embedding))
