"""`hitotsubu capture`: how a post is read: is it a win, with which tags, as which draft."""

from __future__ import annotations

import argparse
from typing import Any

from bot.cli.batch import add_texts, emit, texts
from bot.cli.progress import bar
from cases import capture
from cases.capture import Proposal
from cases.embedding import Embedder
from cases.embedding.bundled import BundledEncoder


def add(parser: argparse.ArgumentParser) -> None:
    """A text or `--batch`, `--json`."""
    add_texts(parser)


def run(options: argparse.Namespace) -> int:
    """Prints one reading for each text, in order."""
    asked = texts(options)
    embedder = BundledEncoder()
    show = bar("capture") if options.batch else None
    for number, one in enumerate(asked, 1):
        found = shape(one.text, embedder)
        if options.json:
            emit({"id": one.id, **found})
        else:
            _print(one.id, found)
        if show:
            show(number, len(asked))
    return 0


def shape(text: str, embedder: Embedder) -> dict[str, Any]:
    """The public shape (decision 20): tags are vocabulary keys, `score` is that of a win."""
    reading = capture.read(text, embedder)
    proposal = capture.propose(text)
    return {
        "is_win": reading.is_win,
        "score": round(reading.win_score, 4),
        "channels": proposal.channels,
        "area": proposal.area,
        "draft": draft(proposal),
    }


def draft(proposal: Proposal) -> dict[str, Any]:
    """The proposed draft: texts by field key, tags, and what the bot would ask for."""
    return {
        **proposal.values,
        "steps": proposal.steps,
        "kind": str(proposal.kind),
        "customer": proposal.customer,
        "facility": proposal.facility,
        "access": proposal.access,
        "tools": proposal.tools,
        "outcome": proposal.outcome,
        "questions": capture.questions(proposal),
    }


def _print(name: str, found: dict[str, Any]) -> None:
    word = "好事例 / win" if found["is_win"] else "—"
    tags = " ".join([*found["channels"], *found["area"]])
    print("\t".join(part for part in (name, word, f"{found['score']:.2f}", tags) if part))
    for key, value in found["draft"].items():
        if value:
            print(f"  {key}: {value}")
