"""`hitotsubu eval`: how well the configured model answers judged questions on one's cases."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from bot.cli.batch import emit, json_lines, read_bytes, read_text
from bot.cli.progress import bar
from bot.cli.words import locale
from bot.encoders import empty_index
from bot.settings import Settings, read
from bot.views.words import say
from cases import import_rows
from cases.embedding import QueryEmbedder, Reranker
from cases.embedding.bundled import BundledEncoder
from cases.embedding.word_vectors import for_search
from cases.errors import BadInput
from cases.evaluating import Mean, Report, case_of, evaluate, fill, judged


def add(parser: argparse.ArgumentParser) -> None:
    """`--cases`, `--queries`, `--json`."""
    parser.add_argument("--cases", required=True, metavar="FILE", help="事例 / as for import cases")
    parser.add_argument(
        "--queries", required=True, metavar="FILE", help="JSON Lines: id, query, style, relevant"
    )
    parser.add_argument("--json", action="store_true", help="1行1件の JSON / one JSON line each")


def run(options: argparse.Namespace) -> int:
    """Prints the table; no database is needed, and nothing is kept."""
    data = Path(options.cases)
    rows = import_rows.read(read_bytes(data), csv_file=data.suffix.lower() == ".csv")
    asked = [judged(*line) for line in json_lines(read_text(options.queries))]
    if not rows or not asked:
        raise BadInput("nothing_to_ask")
    settings = read()
    embedder = _encoder(settings)
    cases = [case_of(row) for row in rows]
    index = empty_index("", embedder.name, embedder.size)
    fill(index, cases, embedder, bar("eval"))
    report = evaluate(index, cases, asked, embedder, _reranker(settings))
    for line in _lines(report, as_json=options.json):
        print(line) if isinstance(line, str) else emit(line)
    return 0


def _encoder(settings: Settings) -> QueryEmbedder:
    """The configured model. Raises ModelUnavailable: another one's figures would mislead."""
    if not settings.embedding.name:
        return for_search(BundledEncoder())
    from cases.embedding.sentence import SentenceEncoder  # imports torch, about 8 s

    return SentenceEncoder(settings.embedding)


def _reranker(settings: Settings) -> Reranker | None:
    if not settings.reranker.name:
        return None
    from cases.embedding.sentence import CrossReader

    return CrossReader(settings.reranker)


def _lines(report: Report, *, as_json: bool) -> Iterator[str | dict[str, object]]:
    if not as_json:
        yield f"{'style':<14}{'n':>5}  {'nDCG@10':<22}{'hit@3':<22}{'MRR':<22}"
    for style, count, *means in report.styles:
        if as_json:
            named = zip(("ndcg", "hit3", "mrr"), map(_numbers, means), strict=True)
            yield {"style": style, "n": count, **dict(named)}
        else:
            yield f"{style:<14}{count:>5}  " + "".join(f"{_shown(one):<22}" for one in means)
    right, hopeless = report.none
    if as_json:
        yield {"style": "none", "n": hopeless, "right": right, "wrong": report.wrong}
    elif hopeless:
        yield say(locale(), "search_command.none", right=right, n=hopeless, wrong=report.wrong)


def _numbers(one: Mean) -> list[float]:
    return [round(figure, 4) for figure in (one.value, one.low, one.high)]


def _shown(one: Mean) -> str:
    return f"{one.value:.3f} ({one.low:.2f}–{one.high:.2f})"
