"""Measures the guard by type, layer and time; without a file: the whole page of the known texts.

python -m benchmarks.guard [--data ../shared/data] [--write]    the page; --write keeps it
python -m benchmarks.guard --fresh FILE.jsonl [--traps FILE]    all bars, texts like safety.jsonl
python -m benchmarks.guard --everyday FILE.json                 share of everyday texts stopped

The last two print ids of what went wrong and never a text, so that a blind file stays blind.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from benchmarks.guard_authors import out_of_author
from benchmarks.guard_score import NAMES, STOPPED, Score, bars, measure, table, wilson
from benchmarks.guard_texts import CASE_FIELDS, batch, fields_of, rows
from cases.embedding import Embedder
from cases.embedding.bundled import BundledEncoder
from cases.guard import RULES_VERSION, check, check_fields, warm
from cases.guard.second_look import LIMIT

HERE = Path(__file__).parent
KNOWN = ("guard_fresh_1.json", "guard_fresh_2.json", "guard_fresh_3.json", "guard_blind.json")
INTRODUCTION = """Rules {rules}; limit of the second look {limit}. Shares with the 95 % Wilson
interval and n; scoring as in decision 33. Times are CPU time of one core of the
machine that ran this. The optional third layer (`HITOTSUBU_GUARD_MODEL`) is off and
not measured."""
FIRST_RUNS = (HERE / "guard_first_runs.md").read_text(encoding="utf-8").strip()
DEVELOPMENT = """The cues were written with these texts in sight, so this table is an upper bound
and not a forecast. The second look was never fitted on them; its limit and the weight between its
two judges were looked at beside the clean ones, the cases, the posts and batches 4 to 7. Fitted
without the anchors that were written by the reasons of those batches, limits from 0.45 to 0.65 stop
94.3 to 93.9 % of their risky clauses, and 8.7 to 7.3 % of everyday cases: hence 0.55."""
AUTHORS = """What the second look alone, without rules, makes of an author on whom it was not
fitted: the weights are solved anew without those anchors. A judge alone has the limit at which it
lets as many clean sentences of that author pass as both together. Authors 2 and 3 were asked for
the indirect and the unusual, and each wrote only some of the kinds; 4 and 5 wrote all of them, in
dialect, irony, passing remarks and English. Only whole anchors are judged here, without their
clauses. The shipped weights know all five."""
TRIED = """Kept. Measured on the 228 risky texts of batches 4 to 7 that hold no name, by the second
look alone, with anchors that knew none of them, at the limit that stops 1 % of 1,520 clean texts:
weight 4 between meaning and wording 75 %, weight 6 81 %, with the worst clause for half of the risk
86 %. Authors 4 and 5 left that as it was (85 %); they are themselves known better. The 446 anchors
by reasons cannot be judged on those batches; batch 8 is their judge.

Left out, because they bought no recall at the same share of everyday texts stopped: pairs of
sentences, cuts at conjunctions beside those at commas, the worst clause without its sentence
(85 %), runs of letters instead of words or beside them, words at a distance, vocabulary signs in
the wording model, a third judge (kernel logistic regression, a small network), other widths and
ridges, one linear model over the vector and words together, a model of risky against clean without
kinds, anchors joined with clean clauses."""


def everyday(data: Path, embedder: Embedder) -> str:
    """Cases and chat posts without labels of any kind: how often the guard stops work."""
    cases = [{k: str(r[k]) for k in CASE_FIELDS} for r in rows(data / "cases.jsonl")]
    posts = [{"text": str(r["text"])} for r in rows(data / "posts.jsonl")]
    parts = []
    for name, texts in (("150 cases of five fields", cases), ("150 chat posts", posts)):
        stopped = [bool(_stops(fields, embedder)) for fields in texts]
        parts.append(f"{name} {wilson(sum(stopped), len(stopped))}")
    return "; ".join(parts)


def _stops(fields: Mapping[str, str], embedder: Embedder) -> set[str]:
    """The rules that stop these fields; empty when they pass."""
    checked = check_fields(fields, embedder)
    if checked.decision not in STOPPED:
        return set()
    found = (f for verdict in checked.verdicts.values() for f in verdict.findings)
    return {f.rule for f in found if f.action in STOPPED}


def fresh_file(file: Path, traps: Path | None, embedder: Embedder) -> str:
    """All bars for a file in the shape of safety.jsonl, both layers, and the ids of misses."""
    texts, known = rows(file), set(traps.read_text().split()) if traps else set()
    rules, both = measure(texts, known, None), measure(texts, known, embedder)
    title = f"{file.name}: {len(texts)} texts, rules {RULES_VERSION}."
    return "\n\n".join(
        [
            title,
            bars(both),
            table(rules, both),
            "\n".join(f"* {miss}" for miss in sorted(both.missed)),
        ]
    )


def everyday_file(file: Path, embedder: Embedder) -> str:
    """The share of texts or cases of any JSON list that is stopped, and the ids of those."""
    texts = fields_of(json.loads(file.read_text(encoding="utf-8")))
    stopped = {key: rules for key, fields in texts.items() if (rules := _stops(fields, embedder))}
    share = f"{file.name}: stopped {wilson(len(stopped), len(texts))}"
    return "\n".join([share, *(f"{key}: {', '.join(sorted(stopped[key]))}" for key in stopped)])


def known(embedder: Embedder) -> str:
    """What earlier batches give with the rules of today, a row each."""
    lines = [
        "| batch | stopped: rules alone | both layers | clean: both | names and contacts found |",
        "|---|---|---|---|---|",
    ]
    for name in KNOWN:
        texts = [row for texts in batch(name).values() for row in texts]
        rules, both = measure(texts, set(), None), measure(texts, set(), embedder)
        cells = [_share(rules, "labelled"), _share(both, "labelled"), _share(both, "clean")]
        found = wilson(*(sum(part[kind] for kind in NAMES) for part in (both.hits, both.labels)))
        lines.append(f"| {name} | {' | '.join(cells)} | {found} |")
    return "\n".join(lines)


def _share(score: Score, kind: str) -> str:
    return wilson(sum(score.stopped[kind]), len(score.stopped[kind]))


def page(data: Path, embedder: Embedder) -> str:
    """The whole report."""
    texts = rows(data / "safety.jsonl")
    traps = set((data / "safety_trap_ids.txt").read_text().split())
    rules, both = measure(texts, traps, None), measure(texts, traps, embedder)
    parts = [
        "# The guard, measured",
        INTRODUCTION.format(rules=RULES_VERSION, limit=LIMIT),
        "## The bars, on the development texts (240)",
        bars(both),
        DEVELOPMENT,
        "## Blind: first runs of fresh batches",
        FIRST_RUNS,
        "## By type, and what the second look adds",
        table(rules, both),
        "## Batch 4 now",
        fresh_file(HERE / "guard_fresh_4.jsonl", HERE / "guard_fresh_4_traps.txt", embedder),
        "## Batches 5 to 8 now",
        *(
            fresh_file(HERE / f"{name}.jsonl", HERE / f"{name}_traps.txt", embedder)
            for name in (f"guard_fresh_{number}" for number in (5, 6, 7, 8))
        ),
        "## Earlier batches now",
        known(embedder),
        "## Authors that the second look never saw",
        AUTHORS,
        out_of_author(embedder),
        "## Everyday texts stopped",
        everyday(data, embedder),
        "## Tried",
        TRIED,
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Print what is asked for, and keep the page with `--write`."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=HERE.parent / "../shared/data")
    options.add_argument("--write", action="store_true")
    options.add_argument("--fresh", type=Path)
    options.add_argument("--traps", type=Path)
    options.add_argument("--everyday", type=Path)
    given = options.parse_args()
    embedder = BundledEncoder()
    warm(embedder)
    check("温めます", embedder)
    if given.fresh:
        report = fresh_file(given.fresh, given.traps, embedder)
    elif given.everyday:
        report = everyday_file(given.everyday, embedder)
    else:
        report = page(given.data, embedder)
    print(report)
    if given.write and not (given.fresh or given.everyday):
        (HERE / "guard.md").write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
