"""`hitotsubu search`: one question, or a file of them, over all company-wide cases."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from bot.cli.batch import Asked, add_texts, emit, texts
from bot.cli.opening import Opened, add_company, opened
from bot.cli.progress import bar
from bot.views.words import locale_of, say
from cases import guard
from cases.errors import BadInput
from cases.importing import external_id
from cases.search import Found
from cases.searchable import searchable

LIMIT = 10  # decision 19
NOTHING = Found("none", (), (), None, words_only=False)


def add(parser: argparse.ArgumentParser) -> None:
    """A question or `--batch`, `--json`, `--limit`, `--company`."""
    add_texts(parser)
    parser.add_argument("--limit", type=int, default=LIMIT, help="最大の件数 / most hits each")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Prints one answer for each question, in order."""
    if options.limit < 1:
        raise BadInput("limit")
    return asyncio.run(_search(options, texts(options)))


async def _search(options: argparse.Namespace, asked: list[Asked]) -> int:
    show = bar("search") if options.batch else None
    async with opened(options.company, asks=True) as desk:
        for number, one in enumerate(asked, 1):
            await _answer(desk, one, options)
            if show:
                show(number, len(asked))
    return 0


async def _answer(desk: Opened, one: Asked, options: argparse.Namespace) -> None:
    refused, found = await ask(desk, one.text, options.limit)
    async with desk.library.db.transaction(desk.scope) as shelf:
        rows = await shelf.cases.many(hit.case_id for hit in found.hits)
    if options.json:
        hits = [
            {
                "case": external_id(rows[hit.case_id]),
                "score": round(hit.score, 4),
                "why": hit.why().sentence,
            }
            for hit in found.hits
            if hit.case_id in rows
        ]
        why: dict[str, Any] = {"refused": refused} if refused else {}
        emit({"id": one.id, "match": found.match, **why, "hits": hits})
        return
    locale = locale_of(one.text)
    if refused:
        print(guard.message("query_refused", locale).text)
        return
    word = {"close": "found", "loose": "loose", "none": "none"}[found.match]
    print(say(locale, f"find.{word}", count=len(found.hits)))
    for number, hit in enumerate(found.hits, 1):
        if hit.case_id in rows:
            print(f"{number}. {rows[hit.case_id].title}\n   {hit.why().sentence}")


async def ask(desk: Opened, text: str, limit: int) -> tuple[str, Found]:
    """(the rule that refuses the question or "", the answer): the way of the chat (decision 36)."""
    refused, masked = await searchable(desk.library, desk.scope, text)
    if refused:
        return refused, NOTHING
    return "", await desk.library.shelves.find(desk.scope, masked, limit=limit)
