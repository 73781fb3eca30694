"""How well the one box reads: `python -m benchmarks.capture`; `--fit` refits the shipped weights.

The shipped weights are fitted on our own invented examples only (content/capture_examples.json).
Printed are: these weights on the development rows, and a nested cross-validation in which outer
folds of the development rows are tested and inner folds of the rest choose the regularisation.
Cues and examples were written with the development rows known, so those numbers flatter; the fresh
posts (fresh_posts.json) were written after the fit; no cue, example or weight has changed since.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss
from sklearn.model_selection import StratifiedKFold

from cases.capture.cues import NAMES, cues
from cases.capture.intent import IS_WIN_FROM, SURE_BY_CUES, SURE_WITH_VECTOR
from cases.embedding.bundled import NAME, SIZE, BundledEncoder
from cases.vocabulary import content

ROOT = Path(__file__).parents[1]
DATA = ROOT / "../shared/data"
WEIGHTS = ROOT / "cases/content/capture_weights.json"
CUE_SCALE = 2.0  # cues are 0 to 1; scaled so that one ridge penalty serves both blocks

Matrix = NDArray[np.float64]
# Dimensions of the projected vector (0: cues only), weight of the vector block, inverse penalty.
Choice = tuple[int, float, float]
CHOICES: list[Choice] = [(16, 0.3, 1.0), (32, 0.3, 1.0), (32, 0.6, 1.0), (64, 0.3, 1.0)]
CUES_ONLY: list[Choice] = [(0, 0.0, 0.3), (0, 0.0, 1.0), (0, 0.0, 3.0)]


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts as numbers: cues (n, cues), vectors (n, 512), labels (n,) of 0 and 1."""

    cues: Matrix
    vectors: Matrix
    labels: NDArray[np.int64]

    def pick(self, rows: Any) -> Rows:
        return Rows(self.cues[rows], self.vectors[rows], self.labels[rows])

    def plus(self, other: Rows) -> Rows:
        return Rows(
            np.vstack([self.cues, other.cues]),
            np.vstack([self.vectors, other.vectors]),
            np.concatenate([self.labels, other.labels]),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A fitted decider: one weight per cue, one per vector dimension, and a bias."""

    bias: float
    cues: Matrix
    vector: Matrix

    def of(self, rows: Rows) -> Matrix:
        total = self.bias + rows.cues @ self.cues + rows.vectors @ self.vector
        return np.asarray(1.0 / (1.0 + np.exp(-total)))


def fit(rows: Rows, choice: Choice) -> Line:
    """A ridge-penalised logistic regression, folded back to the raw cues and vector."""
    size, weight, penalty = choice
    blocks = [rows.cues * CUE_SCALE]
    projection, centre = np.zeros((SIZE, 0)), np.zeros(SIZE)
    if size:
        pca = PCA(size, random_state=0).fit(rows.vectors)
        spread = float(pca.transform(rows.vectors).std(axis=0).mean())
        projection, centre = pca.components_.T * (weight / spread), pca.mean_
        blocks.append((rows.vectors - centre) @ projection)
    model = LogisticRegression(C=penalty, max_iter=3000).fit(np.hstack(blocks), rows.labels)
    found = model.coef_[0]
    vector = projection @ found[len(NAMES) :]
    bias = float(model.intercept_[0] - centre @ vector)
    return Line(bias, found[: len(NAMES)] * CUE_SCALE, np.asarray(vector))


def folds(rows: Rows, count: int, seed: int) -> Iterator[tuple[Any, Any]]:
    yield from StratifiedKFold(count, shuffle=True, random_state=seed).split(rows.cues, rows.labels)


def choose(rows: Rows, choices: list[Choice]) -> Choice:
    """The choice with the lowest log loss over five inner folds."""

    def loss(choice: Choice) -> float:
        held = np.zeros(len(rows.labels))
        for train, test in folds(rows, 5, 7):
            held[test] = fit(rows.pick(train), choice).of(rows.pick(test))
        return float(log_loss(rows.labels, held))

    return min(choices, key=loss)


def nested(own: Rows, dev: Rows, choices: list[Choice], seed: int) -> Matrix:
    """Probabilities of the development rows, each from a fit that has not seen it."""
    held = np.zeros(len(dev.labels))
    for train, test in folds(dev, 10, seed):
        known = own.plus(dev.pick(train))
        held[test] = fit(known, choose(known, choices)).of(dev.pick(test))
    return held


def f1_line(labels: NDArray[np.int64], held: Matrix) -> str:
    """F1 with a 95 % bootstrap interval over the rows."""
    said = (held >= IS_WIN_FROM).astype(int)
    draws = np.random.default_rng(0).integers(0, len(labels), (2000, len(labels)))
    spread = [f1_score(labels[d], said[d], zero_division=0.0) for d in draws]
    low, high = np.percentile(spread, [2.5, 97.5])
    return f"F1 {f1_score(labels, said):.3f} [{low:.3f}, {high:.3f}] n={len(labels)}"


def box_line(labels: NDArray[np.int64], held: Matrix, sure: tuple[float, float]) -> str:
    """Right, asked and wrong of wins against searches, with Wilson's 95 % interval."""
    asked = (held > sure[0]) & (held < sure[1])
    right = ~asked & ((held >= sure[1]) == (labels == 1))
    wrong = ~asked & ~right
    parts = (("right", right), ("asked", asked), ("wrong", wrong))
    return "  ".join(f"{name} {share(int(mask.sum()), len(labels))}" for name, mask in parts)


def share(hits: int, count: int) -> str:
    z, p = 1.96, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(p * (1 - p) / count + z * z / (4 * count**2)) / (1 + z * z / count)
    return f"{hits}/{count} ({p:.1%} [{max(0, middle - half):.1%}, {min(1, middle + half):.1%}])"


def rows_of(texts: list[str], labels: list[bool]) -> Rows:
    vectors = np.asarray(BundledEncoder().encode(texts), dtype=np.float64)
    return Rows(np.array([cues(t) for t in texts]), vectors, np.array(labels, dtype=np.int64))


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in (DATA / name).read_text(encoding="utf-8").splitlines()]


def own_rows() -> dict[str, Rows]:
    """Our examples for both deciders: tells = win against all else, seeks = win against search."""
    told = content("capture_examples.json")["examples"]
    rows = rows_of([row["text"] for row in told], [row["kind"] == "win" for row in told])
    box = np.array([row["kind"] != "other" for row in told])
    return {"tells": rows, "seeks": rows.pick(box)}


def dev_rows() -> dict[str, Rows]:
    posts, questions = lines("posts.jsonl"), lines("queries.jsonl")
    tells = rows_of([row["text"] for row in posts], [row["is_win"] for row in posts])
    asked = rows_of([row["query"] for row in questions], [False] * len(questions))
    return {"tells": tells, "seeks": tells.pick(tells.labels == 1).plus(asked)}


def write(own: dict[str, Rows]) -> None:
    """Fits all four lines on our own examples and writes the shipped file."""
    deciders = {
        name: {
            "cues_only": as_json(fit(rows, choose(rows, CUES_ONLY)), with_vector=False),
            "with_vector": as_json(fit(rows, choose(rows, CHOICES)), with_vector=True),
        }
        for name, rows in own.items()
    }
    shipped = {"encoder": NAME, "size": SIZE, "cues": NAMES, "deciders": deciders}
    WEIGHTS.write_text(json.dumps(shipped) + "\n", encoding="utf-8")


def as_json(line: Line, *, with_vector: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"bias": round(line.bias, 4), "cues": np.round(line.cues, 4).tolist()}
    return row | ({"vector": np.round(line.vector, 4).tolist()} if with_vector else {})


def shipped_line(name: str, variant: str) -> Line:
    row = json.loads(WEIGHTS.read_text(encoding="utf-8"))["deciders"][name][variant]
    vector = np.array(row.get("vector", [0.0] * SIZE))
    return Line(row["bias"], np.array(row["cues"]), vector)


def fresh_rows() -> Rows:
    fresh = json.loads((Path(__file__).parent / "fresh_posts.json").read_text(encoding="utf-8"))
    return rows_of([row["text"] for row in fresh], [row["is_win"] for row in fresh])


def report(name: str, variant: str, own: Rows, dev: Rows) -> None:
    """Prints one decider with one block of features, shipped and cross-validated."""
    choices = CHOICES if variant == "with_vector" else CUES_ONLY
    sure = SURE_WITH_VECTOR if variant == "with_vector" else SURE_BY_CUES

    def say(held: Matrix) -> str:
        return f1_line(dev.labels, held) if name == "tells" else box_line(dev.labels, held, sure)

    print(f"{name}, {variant}")
    print(f"  shipped weights on the development rows: {say(shipped_line(name, variant).of(dev))}")
    for seed in (0, 1, 2):
        print(f"  nested cross-validation, seed {seed}: {say(nested(own, dev, choices, seed))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="refit and write the shipped weights")
    own = own_rows()
    if parser.parse_args().fit:
        write(own)
    dev = dev_rows()
    for name in ("tells", "seeks"):
        for variant in ("with_vector", "cues_only"):
            report(name, variant, own[name], dev[name])
    fresh = fresh_rows()
    for variant in ("with_vector", "cues_only"):
        held = shipped_line("tells", variant).of(fresh)
        print(f"tells, {variant}, fresh posts: {f1_line(fresh.labels, held)}")


if __name__ == "__main__":
    main()
