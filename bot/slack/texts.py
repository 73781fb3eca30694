"""User text as Slack objects that never read it as markup: plain_text and rich_text only."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from bot.slack import limits
from cases.text import at_a_pause, clean, divides, shorten

Json = dict[str, Any]
EMPTY = "…"  # Slack refuses empty texts


def units(text: str) -> int:
    """The length in UTF-16 units: an emoji counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, with … at the cut, never inside a visible character.

    A long text is cut where a sentence or at least a phrase ends, if one does near the limit.
    """
    if 2 * len(text) <= limit or units(text) <= limit:
        return text
    used = 0
    for end, ch in enumerate(text):
        used += 2 if ch > "\uffff" else 1
        if used > limit:
            return at_a_pause(shorten(text, max(1, end)))
    return text


def plain_text(text: str, limit: int = limits.TEXT) -> Json:
    """A plain_text object; `:smile:` stays as typed."""
    return {"type": "plain_text", "text": fit(clean(text), limit) or EMPTY, "emoji": False}


def rich_text(elements: list[Json], block_id: str, *, quote: bool = False) -> Json:
    """A rich_text block of text elements, perhaps as a quotation."""
    kind = "rich_text_quote" if quote else "rich_text_section"
    return {
        "type": "rich_text",
        "block_id": block_id,
        "elements": [{"type": kind, "elements": elements}],
    }


def quiet(text: str, block_id: str) -> Json:
    """A context block: small and grey."""
    return {"type": "context", "block_id": block_id, "elements": [plain_text(text)]}


def spans(text: str, marks: tuple[tuple[int, int], ...] = (), *, bold: bool = False) -> list[Json]:
    """`text` as rich_text elements; marked code points are bold, inside bold text `code`."""
    flags = bytearray(len(text))
    for start, end in marks:
        for at in range(max(0, start), min(end, len(text))):
            flags[at] = 1
    for at in range(1, len(text)):
        if flags[at] != flags[at - 1] and divides(text, at):  # marked as it begins
            flags[at] = flags[at - 1]
    made = []
    for marked, group in groupby(zip(text, flags, strict=True), key=lambda pair: pair[1]):
        piece = _scrubbed("".join(ch for ch, _ in group))
        if piece:
            made.append(_span(piece, marked=bool(marked), bold=bold))
    return made


def fallback(text: str) -> str:
    """The plain text of a message. Slack parses it for control sequences, so & < > are escaped."""
    cleaned = clean(text)
    escaped = _escape(fit(cleaned, limits.FALLBACK))
    if units(escaped) > limits.FALLBACK:  # an escape is at most five times as long
        escaped = _escape(fit(cleaned, limits.FALLBACK // 5))
    return escaped or EMPTY


def _span(text: str, *, marked: bool, bold: bool) -> Json:
    style = {"bold": True} if bold or marked else {}
    if bold and marked:
        style["code"] = True
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _scrubbed(text: str) -> str:
    """`clean` without the trimming: a piece of a sentence keeps its spaces."""
    return clean(f"|{text}|")[1:-1]


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
