"""`hitotsubu guard`: what the guard says of a text, or of each line of a file; nothing is kept.

It asks no database, so it knows no company: a company's own words do not apply here.
"""

from __future__ import annotations

import argparse
from typing import Any

from bot.cli.batch import add_texts, emit, texts
from bot.cli.progress import bar
from cases import guard
from cases.embedding.bundled import BundledEncoder
from cases.guard import Verdict
from cases.vocabulary import Decision


def add(parser: argparse.ArgumentParser) -> None:
    """A text or `--batch`, `--json`."""
    add_texts(parser)


def run(options: argparse.Namespace) -> int:
    """Prints one verdict for each text, in order."""
    asked = texts(options)
    embedder = BundledEncoder()
    show = bar("guard") if options.batch else None
    for number, one in enumerate(asked, 1):
        verdict = guard.check(one.text, embedder)
        if options.json:
            emit({"id": one.id, **shape(verdict)})
        else:
            rules = " ".join(f.rule for f in verdict.findings)
            print("\t".join(part for part in (one.id, decision(verdict), rules) if part))
            print(f"  {verdict.masked}")
        if show:
            show(number, len(asked))
    return 0


def shape(verdict: Verdict) -> dict[str, Any]:
    """The public shape (decision 20): offsets are code points of the text as given."""
    return {
        "decision": decision(verdict),
        "findings": [
            {"type": f.rule, "action": str(f.action), "start": f.start, "end": f.end}
            for f in verdict.findings
        ],
        "masked": verdict.masked,
    }


def decision(verdict: Verdict) -> str:
    """The strictest finding; a soft review is published in the office, so it reads `publish`."""
    found = verdict.decision
    return str(Decision.PUBLISH if found is Decision.SOFT_REVIEW else found)
