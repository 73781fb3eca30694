"""A question before it is searched: refused, or without names and the company's hidden words."""

from __future__ import annotations

import asyncio

from cases import lexicon_changes
from cases.library import Library
from cases.scope import Scope


async def searchable(library: Library, scope: Scope, text: str) -> tuple[str, str]:
    """(the rule that refuses the question or "", the question as it may be searched and kept).

    One about a patient or a safety event is neither searched nor kept (decision 36).
    """
    from cases import guard  # not for the first page

    refused = await asyncio.to_thread(guard.refuses_search, text, library.embedder)
    if refused:
        return refused, ""
    async with library.db.reading(scope) as shelf:
        own = await lexicon_changes.in_force(shelf, library.ring)
    checked = await asyncio.to_thread(guard.check_fields, {"text": text}, keep=own.allow)
    return "", lexicon_changes.hidden(checked.masked["text"], own)
