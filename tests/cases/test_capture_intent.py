"""The one box: wins, searches and what is asked back, on invented rows and on any text at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.capture import Intent, read
from cases.capture.cues import NAMES, cues
from cases.embedding import Vectors
from cases.embedding.bundled import NAME, SIZE, BundledEncoder
from cases.vocabulary import content
from tests.fakes import encoder

DATA = Path(__file__).parents[2] / "../shared/data"


class Broken:
    """An encoder that is down."""

    name = NAME
    size = SIZE

    def encode(self, texts: Sequence[str]) -> Vectors:
        raise RuntimeError("no weights")


@pytest.fixture(scope="module")
def bundled() -> BundledEncoder:
    return encoder.bundled()


def rows(name: str) -> list[dict[str, str]]:
    if not DATA.exists():
        pytest.skip("the development rows are not on this machine")
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def f1(found: list[tuple[bool, bool]]) -> float:
    """F1 of (true, said) pairs."""
    hits = sum(true and said for true, said in found)
    return 2 * hits / (sum(true for true, _ in found) + sum(said for _, said in found))


WIN = "案内を紙から動画に変えたら、腎臓内科の先生3人から「見やすい」と返信をいただきました。"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        (WIN, Intent.WIN),
        ("訪問規制で会えない先生に会えた例、ある?", Intent.SEARCH),
        ("訪問できない先生 メール", Intent.SEARCH),
        ("Who has managed to meet doctors on a closed ward?", Intent.SEARCH),
        ("I called after the webinar and two doctors agreed to a meeting.", Intent.WIN),
        ("", Intent.UNCLEAR),
        ("🙌🙌", Intent.UNCLEAR),
    ],
)
@pytest.mark.parametrize("with_model", [True, False])
def test_the_one_box_tells_a_win_from_a_search(
    text: str, intent: Intent, with_model: bool, bundled: BundledEncoder
) -> None:
    assert read(text, bundled if with_model else None).intent is intent


def test_a_notice_opens_no_draft(bundled: BundledEncoder) -> None:
    reading = read("明日の会議は10時から3階に変更になりました。資料は各自お持ちください。", bundled)
    assert not reading.is_win
    assert reading.intent is not Intent.WIN


WORRY = (
    "訪問規制で全然会えなくて、メールしても返事が来ないし、アポがとれないままの先生が3人いるんですが、"
    "皆さんどうやって最初の一歩を踏み出してますか?所長にも何か変えろと言われて焦ってます"
)


def test_a_question_of_the_writers_own_is_not_taken_for_a_win(bundled: BundledEncoder) -> None:
    assert read(WORRY, bundled).intent is Intent.UNCLEAR
    quoted = "先生から「どうやって登録するの?」と聞かれたので、その場で一緒に登録した"
    assert read(quoted, bundled).intent is Intent.WIN
    assert read(WIN + "(そこ?笑)", bundled).intent is Intent.WIN


def test_a_broken_model_leaves_the_decision_to_the_cues() -> None:
    assert read(WIN, Broken()) == read(WIN, None)


class Another(BundledEncoder):
    """A model that the weights were not fitted on."""

    name = "a-model-from-a-folder"


def test_another_model_leaves_the_decision_to_the_cues() -> None:
    assert read(WIN, Another()) == read(WIN, None)


def test_the_weights_are_for_the_bundled_encoder() -> None:
    weights = content("capture_weights.json")
    assert (weights["encoder"], weights["size"]) == (NAME, SIZE)


def test_weights_and_cues_have_the_same_names() -> None:
    weights = content("capture_weights.json")
    assert weights["cues"] == list(NAMES)
    assert all(len(row["cues_only"]["cues"]) == len(NAMES) for row in weights["deciders"].values())


def test_no_example_is_an_evaluation_row() -> None:
    shown = [r["text"] for r in rows("posts.jsonl")] + [r["query"] for r in rows("queries.jsonl")]
    examples = {row["text"] for row in content("capture_examples.json")["examples"]}
    assert not examples & set(shown)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
@example("")
@example("\ud800\udfff")
@example("\u202eעברית العربية")
@example("あ" * 10_000)
@example("「" * 10_000)
@example("1→2" * 3_000)
def test_reading_never_fails(text: str) -> None:
    reading = read(text, None)
    assert 0.0 <= reading.score <= 1.0
    assert 0.0 <= reading.win_score <= 1.0
    assert cues(text).shape == (len(NAMES),)


def test_the_model_reads_odd_text_too(bundled: BundledEncoder) -> None:
    for text in ("\ud800先生", "🙌先生", "先" * 10_000, "\u202eעברית"):
        assert 0.0 <= read(text, bundled).score <= 1.0


def test_fresh_posts_are_read_as_well_as_the_development_posts(bundled: BundledEncoder) -> None:
    path = Path(__file__).parents[2] / "benchmarks/fresh_posts.json"
    fresh = json.loads(path.read_text(encoding="utf-8"))
    assert f1([(row["is_win"], read(row["text"], bundled).is_win) for row in fresh]) >= 0.90


def test_wins_of_the_development_posts_are_found(bundled: BundledEncoder) -> None:
    found = [
        (bool(row["is_win"]), read(row["text"], bundled).is_win) for row in rows("posts.jsonl")
    ]
    assert f1(found) >= 0.95


@pytest.mark.parametrize(
    ("with_model", "wrong_at_most", "asked_at_most"), [(True, 1, 8), (False, 1, 15)]
)
def test_the_box_reads_the_development_rows(
    with_model: bool, wrong_at_most: int, asked_at_most: int, bundled: BundledEncoder
) -> None:
    model = bundled if with_model else None
    wins = [r["text"] for r in rows("posts.jsonl") if r["is_win"]]
    asked = [r["query"] for r in rows("queries.jsonl")]
    said = [(Intent.WIN, read(t, model).intent) for t in wins]
    said += [(Intent.SEARCH, read(t, model).intent) for t in asked]
    assert sum(got is Intent.UNCLEAR for _, got in said) <= asked_at_most
    assert sum(got not in (true, Intent.UNCLEAR) for true, got in said) <= wrong_at_most


@pytest.mark.parametrize("text", ["面会がとれた", "先生に会えた。", "ありがとうございます!"])
def test_a_few_words_that_only_state_something_are_asked_about(text: str) -> None:
    assert read(text, None).intent is not Intent.SEARCH


def test_a_short_worry_is_still_searched(bundled: BundledEncoder) -> None:
    assert read("会えなくて困ってます", bundled).intent is Intent.SEARCH
