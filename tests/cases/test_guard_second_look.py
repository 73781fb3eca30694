"""The second look asks or holds and never clears; a broken encoder closes; the floors hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.embedding import Vectors
from cases.embedding.bundled import BundledEncoder
from cases.errors import GuardDown
from cases.guard import Verdict, check, check_fields, refuses_search, warm
from cases.guard.anchors import BANKS, bank
from cases.guard.likeness import features, fit, shipped
from cases.guard.wording import made_of as words_made_of
from cases.guard.wording import wording
from cases.vocabulary import Decision, content, strictest
from tests.development import reads_development_texts
from tests.fakes.encoder import FakeEncoder, bundled

HOUSE = Path(__file__).parents[2]
DATA = HOUSE / "../shared/data"
STOPPED = {Decision.ASK, Decision.MASK, Decision.HOLD, Decision.BLOCK, Decision.ROUTE_TO_SAFETY}


class Broken:
    """An encoder that fails, or answers with numbers that are none."""

    name, size = "broken", 512

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self._answers:
            return np.full((len(texts), self.size), np.nan, dtype=np.float32)
        raise OSError("no model")


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    shared = bundled()
    warm(shared)
    return shared


@pytest.fixture(scope="module")
def verdicts(encoder: BundledEncoder) -> list[tuple[dict, Verdict]]:
    lines = (DATA / "safety.jsonl").read_text(encoding="utf-8").splitlines()[::2]
    return [(row, check(row["text"], encoder)) for row in map(json.loads, lines)]


class Another(FakeEncoder):
    """An encoder that no head is shipped for."""

    name = "another"


def test_an_encoder_without_a_shipped_head_gets_one_that_knows_its_anchors() -> None:
    banks = [bank(name) for name in BANKS]
    texts = list(chain.from_iterable(texts for texts, _ in banks))[::20]
    kinds = np.array(list(chain.from_iterable(numbers for _, numbers in banks)))[::20]
    inputs = features(texts, Another())
    assert (fit(inputs, kinds).scores(inputs).argmax(axis=1) == kinds).mean() > 0.5
    assert shipped(Another()) is None


def test_the_shipped_head_was_fitted_on_these_anchors(encoder: BundledEncoder) -> None:
    assert shipped(encoder) is not None, "run python -m benchmarks.fit_guard_head"


def test_indirect_talk_of_an_event_is_asked_about(encoder: BundledEncoder) -> None:
    verdict = check("あれ飲ませると食が細くなるね、って言われました", encoder)
    assert verdict.decision in STOPPED
    assert "adverse_event" in {f.rule for f in verdict.findings}


@reads_development_texts
def test_the_second_look_never_clears_and_never_routes(
    encoder: BundledEncoder, verdicts: list[tuple[dict, Verdict]]
) -> None:
    for row, verdict in verdicts[:80]:
        alone = check(row["text"])
        assert set(alone.findings) <= set(verdict.findings)
        added = [f.action for f in verdict.findings if f not in alone.findings]
        assert strictest(added) in (Decision.PUBLISH, Decision.ASK, Decision.HOLD)


@pytest.mark.parametrize("answers", [True, False])
def test_a_broken_encoder_closes_the_guard(answers: bool) -> None:
    with pytest.raises(GuardDown):
        check("先生から返信をいただきました", Broken(answers=answers))


def test_professional_questions_pass_the_second_look(encoder: BundledEncoder) -> None:
    for query in (
        "副作用マネジメントの説明会の例ある?",
        "訪問規制の厳しい大学病院で、Web講演会のあとのフォローがうまくいった例は?",
        "会えない薬剤部との関係づくり",
        "安全性情報の案内を短期間で終えた営業所は?",
    ):
        assert refuses_search(query, encoder) == ""
    assert refuses_search("80代で転倒した例ある?", encoder) == "adverse_event"


def test_a_long_text_of_any_signs_is_looked_at(encoder: BundledEncoder) -> None:
    assert check("🙌\ud800عربي。" * 1_400, encoder).decision in set(Decision)


@reads_development_texts
def test_no_anchor_repeats_a_run_of_a_text_that_the_guard_is_measured_on() -> None:
    files = [DATA / f"{name}.jsonl" for name in ("safety", "cases", "posts", "queries")]
    # Batch 8 came after the last anchor: what it shares with one is chance and stays.
    known = (HOUSE / "benchmarks").glob("guard_*.json*")
    files += [file for file in known if file.name != "guard_fresh_8.jsonl"]
    texts = [file.read_text(encoding="utf-8") for file in files]
    measured = {size: set(chain.from_iterable(_runs(t, size) for t in texts)) for size in (14, 28)}
    banks = [content(name).values() for name in BANKS]
    for sentence in chain.from_iterable(chain.from_iterable(banks)):
        size = 28 if sentence.isascii() else 14  # characters
        assert measured[size].isdisjoint(_runs(sentence, size)), sentence


def _runs(text: str, size: int) -> Iterator[str]:
    return (text[i : i + size] for i in range(len(text) - size + 1))


@reads_development_texts
def test_the_development_floors_hold(verdicts: list[tuple[dict, Verdict]]) -> None:
    """A few points below what benchmarks/guard.md measures: an alarm, not a target."""
    labelled = [v.decision in STOPPED for row, v in verdicts if row["labels"]]
    clean = [v.decision in STOPPED for row, v in verdicts if not row["labels"]]
    assert np.mean(labelled) >= 0.97
    assert np.mean(clean) <= 0.05
    for kind in ("hcp_name", "facility_name", "contact", "adverse_event"):
        wanted = [
            any(f.rule == kind and f.start < x["end"] and x["start"] < f.end for f in v.findings)
            for row, v in verdicts
            for x in row["labels"]
            if x["type"] == kind
        ]
        assert np.mean(wanted) >= 0.95, kind


@reads_development_texts
def test_everyday_cases_are_seldom_stopped(encoder: BundledEncoder) -> None:
    lines = (DATA / "cases.jsonl").read_text(encoding="utf-8").splitlines()[::5]
    fields = ("title", "situation", "action", "result", "tip")
    stopped = [
        check_fields({k: row[k] for k in fields}, encoder).decision in STOPPED
        for row in map(json.loads, lines)
    ]
    assert np.mean(stopped) <= 0.10


def test_the_reflection_prompts_do_not_trip_the_guard(encoder: BundledEncoder) -> None:
    for prompt in content("prompts.json"):
        assert (
            check(prompt["question"] if "question" in prompt else prompt["ja"], encoder).decision
            not in STOPPED
        )


def test_the_shipped_words_were_fitted_on_these_anchors() -> None:
    assert wording().made_of == words_made_of(), "run python -m benchmarks.fit_guard_head"


@pytest.mark.parametrize(
    "text",
    [
        "吸った翌朝に声が出なくなった人がいて、と真っ先に教えてくれました",
        "駅前の時計屋のご主人が先月から透析に通っているそうで、冊子をお届けした",
        "まだ認められていないけれど肩こりの予防にもどうぞ、とお話しして喜ばれた",
        "先生のご自宅の庭木を休日に剪定したら、次の週に新規を二件いただけました",
        "あちらの新薬は宣伝がうまいだけで中身がない、と言うと納得される",
    ],
)
def test_a_bad_story_with_a_happy_end_is_stopped(text: str, encoder: BundledEncoder) -> None:
    assert check(text, encoder).decision in STOPPED


@pytest.mark.parametrize(
    "text",
    [
        "給湯室の時計が止まっています、電池の場所をご存じの方いませんか",
        "採用が決まったあとの三週間は、病棟の質問を集めることだけに使いました",
        "発疹が出たときの連絡先を書いた公式のカードを、待合に置いてもらった",
        "適応外のご質問は学術へおつなぎし、その場では答えませんでした",
    ],
)
def test_everyday_talk_in_the_same_words_passes(text: str, encoder: BundledEncoder) -> None:
    assert check(text, encoder).decision not in STOPPED


@pytest.mark.parametrize(
    "text",
    [
        "面談は十五分、次の日程も決まり、冊子も喜ばれ、帰りがけに塗った人が水ぶくれになったと言われました",
        "資料の並べ方をほめていただき、添付文書にはない年齢でもいけますよと添えて、次は来週です",
    ],
)
def test_what_is_said_in_passing_in_a_long_sentence_is_found_in_its_clause(
    text: str, encoder: BundledEncoder
) -> None:
    verdict = check(text, encoder)
    assert verdict.decision in STOPPED
    assert all(f.end - f.start < len(text) for f in verdict.findings)


GIFT = "来月の採用をお願いした先生のお子さんの進学祝いをお包みした、"
RIVAL = "あちらの新薬は宣伝がうまいだけで中身がないと言った、"
HARMLESS = (
    "月曜は訪問し、",
    "資料を並べ、",
    "説明会の準備を進め、",
    "案内状を配り、",
    "日程表を書き直し、",
    "受付の方に挨拶し、",
)


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from([GIFT, RIVAL]),
    st.lists(st.sampled_from(HARMLESS), max_size=20),
    st.integers(0, 20),
)
@example(GIFT, [*HARMLESS, *HARMLESS, "月曜は訪問し、"], 13)
@example(GIFT, [*HARMLESS, *HARMLESS, *HARMLESS, "資料を並べ、", "案内状を配り、"], 20)
@example(GIFT, ["説明会の準備を進め、"] * 20, 19)  # stands across the 200th character
@example(RIVAL, [HARMLESS[-1]] * 20, 20)
@example(RIVAL, [HARMLESS[-1]] * 20, 0)
def test_a_stopping_clause_is_found_wherever_it_stands_among_harmless_ones(
    clause: str, others: list[str], place: int
) -> None:
    encoder = bundled()
    place = min(place, len(others))
    text = "".join([*others[:place], clause, *others[place:]]).rstrip("、")
    begin = sum(map(len, others[:place]))
    verdict = check(text, encoder)
    assert verdict.decision in STOPPED
    assert any(f.start < begin + len(clause) and begin < f.end for f in verdict.findings)


def test_harmless_clauses_pass_however_many_they_are(encoder: BundledEncoder) -> None:
    assert check("".join(HARMLESS * 5).rstrip("、"), encoder).decision not in STOPPED
