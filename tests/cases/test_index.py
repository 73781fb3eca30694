"""The index finds a case by words at once, by meaning with its vectors, and never a hidden one."""

from __future__ import annotations

from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import question
from cases.embedding.word_vectors import for_search
from cases.index import (
    WHOLE,
    Document,
    embedded_text,
    matrix,
    memory,
    parts,
    sketches,
    vectors,
)
from cases.index.matrix import Matrix, Rounded
from cases.index.memory import MemoryIndex
from cases.index.sketches import best, joined
from cases.index.vectors import CaseVectors, common_of
from tests.fakes.encoder import FakeEncoder, bundled

ENCODER = for_search(bundled())
WEBINAR = Document(
    "webinar",
    {
        "title": "後半で抜けた先生へ要点メール",
        "action": "Web講演会の視聴ログを見て、見逃した部分の要点だけをメールで送った。",
        "result": "翌日に返信があり、リモート面談で15分お話しできた。",
    },
    ("血液内科", "Oncology haematology"),
    frozenset({"status:company", "office:kobe", "facilities:clinic"}),
)
ISLAND = Document(
    "island",
    {
        "action": "離島の診療所とは月に一度、決まった曜日にオンラインで話す。",
        "result": "質問が増えた。",
    },
    (),
    frozenset({"status:office", "office:sendai", "facilities:clinic"}),
)
PHARMACY = Document(
    "pharmacy",
    {
        "action": "調剤薬局の薬剤師さんに説明用のシートを届けた。",
        "result": "服薬指導が楽になった。",
    },
    (),
    frozenset({"status:company", "office:kobe", "facilities:community_pharmacy"}),
)
ALL = (WEBINAR, ISLAND, PHARMACY)
ANY_TEXT = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=60)
HARD = [
    "",
    " ",
    "面" * 10_000,
    "﷽" * 2_000,
    "🙌🙏😭",
    "\x00\x1b\x7f",
    "\u202e面会\u2066",
    "\ud800訪問\udfff",
    '"面会" NEAR(*) -AND; DROP TABLE cases --',
    "a" * 10_000,
    "%_\\'",
]


def filled(*documents: Document, vectors: bool = True) -> MemoryIndex:
    """An index of the documents."""
    index = MemoryIndex(common_of(ENCODER.name, ENCODER.size))
    for document in documents:
        index.put(document)
        if vectors:
            put_vectors(index, document)
    return index


def put_vectors(index: MemoryIndex, document: Document) -> None:
    named = parts(document.fields)
    rows = ENCODER.encode([text for _, text in named])
    index.put_vectors(
        document.case_id, {part: row for (part, _), row in zip(named, rows, strict=True)}
    )


def ids(index: MemoryIndex, text: str, *visible: set[str], words_only: bool = False) -> list[str]:
    asked = question.read(text, None if words_only else ENCODER)
    return [hit.case_id for hit in index.search(asked, visible)]


def test_a_case_is_found_by_words_before_its_vectors_are_here() -> None:
    index = filled(*ALL, vectors=False)
    assert ids(index, "離島", words_only=True)[0] == "island"
    assert ids(index, "離島")[0] == "island"


def test_a_question_in_english_finds_a_japanese_case() -> None:
    assert ids(filled(*ALL), "helping pharmacists explain medicines")[0] == "pharmacy"
    assert ids(filled(*ALL), "staying in touch with clinics on remote islands")[0] == "island"


def test_what_is_typed_in_kana_finds_the_kanji() -> None:
    index = filled(*ALL)
    assert ids(index, "ちょうざいやっきょくのじれい", words_only=True)[0] == "pharmacy"
    assert ids(index, "ｳｪﾌﾞ講演会のﾌｫﾛｰ")[0] == "webinar"


def test_a_label_of_a_case_is_a_word_of_it() -> None:
    assert ids(filled(*ALL), "血液内科", words_only=True)[0] == "webinar"


def test_only_cases_with_a_facet_of_every_group_are_returned() -> None:
    index = filled(*ALL)
    of_kobe = {"status:company", "office:kobe"}
    assert set(ids(index, "離島", of_kobe)) == {"webinar", "pharmacy"}
    assert ids(index, "離島", of_kobe, {"facilities:clinic"}) == ["webinar"]
    assert ids(index, "離島", {"office:nowhere"}) == []


def test_every_visible_case_is_returned_up_to_the_limit() -> None:
    index = filled(*ALL)
    assert len(ids(index, "zzzz")) == 3
    assert len(index.search(question.read("面会", ENCODER), limit=2)) == 2
    assert index.search(question.read("面会", ENCODER), limit=0) == []
    assert ids(filled(), "面会") == []


def test_a_removed_case_is_gone_at_once_and_a_second_removal_is_nothing() -> None:
    index = filled(*ALL)
    index.remove("island")
    index.remove("island")
    index.put_vectors("island", {})
    assert "island" not in ids(index, "離島")
    assert len(index) == 2


def test_an_edited_case_is_found_by_its_new_words_only() -> None:
    index = filled(*ALL)
    index.put(
        Document("island", {"action": "薬審の準備を半年前に始めた。", "result": "間に合った。"})
    )
    assert ids(index, "薬審", words_only=True)[0] == "island"
    assert len(index) == 3
    best = index.search(question.read("薬審", ENCODER))[0]
    assert (best.case_id, best.sentence) == ("island", None)


def test_many_removals_and_a_fresh_index_answer_the_same() -> None:
    index = filled(*ALL)
    for number in range(100):
        index.put(
            Document(
                f"gone-{number}", {"action": f"電話を{number}回かけた。", "result": "変化なし"}
            )
        )
    for number in range(100):
        index.remove(f"gone-{number}")
    asked = question.read("視聴ログを見てメール", ENCODER)
    assert [hit.case_id for hit in index.search(asked)] == ids(filled(*ALL), asked.text)


def test_the_sentence_nearest_in_meaning_is_named() -> None:
    hit = filled(*ALL).search(question.read("薬剤師さんに資料を届ける", ENCODER))[0]
    assert hit.case_id == "pharmacy"
    assert dict(parts(PHARMACY.fields))[str(hit.sentence)].startswith("調剤薬局")


def test_the_parts_are_the_whole_and_each_sentence_without_foreign_fields() -> None:
    named = parts({"title": "題", "action": "一文目。二文目", "office": "秘密", "result": " "})
    assert named == [
        ("whole", "題。一文目。二文目"),
        ("0", "題"),
        ("1", "一文目。"),
        ("2", "二文目"),
    ]
    assert parts({}) == []
    assert "秘密" not in embedded_text({"office": "秘密"})


def test_threads_may_add_and_search_at_the_same_time() -> None:
    index, problems = filled(*ALL), []

    def work(number: int) -> None:
        try:
            for step in range(20):
                index.put(
                    Document(f"{number}-{step}", {"action": "面会の約束", "result": "会えた"})
                )
                index.search(question.read("面会", None))
                index.remove(f"{number}-{step}")
        except Exception as error:
            problems.append(error)

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(index) == 3


INDEX = filled(*ALL)


@given(ANY_TEXT)
@settings(max_examples=60, deadline=None)
def test_any_text_gets_an_answer(text: str) -> None:
    assert len(ids(INDEX, text)) == 3


def test_hard_texts_get_an_answer_and_can_be_put() -> None:
    for text in HARD:
        assert len(ids(INDEX, text)) == 3, text[:20]
        other = filled(Document("hard", {"action": text}), WEBINAR)
        assert set(ids(other, "面会")) == {"hard", "webinar"}


def test_a_model_that_nothing_was_fitted_for_is_compared_as_it_is() -> None:
    common = common_of("some/other-model", 64)
    row = FakeEncoder().encode(["面会の約束"])
    assert abs(common.without(row) - row).max() < 1e-6


def test_the_best_case_of_many_is_found_among_the_candidates() -> None:
    encoder = FakeEncoder()
    index = MemoryIndex(common_of(encoder.name, encoder.size))
    filler = encoder.encode(["資料を届けた"])[0]
    for number in range(401):
        index.put(Document(f"case{number}", {"action": "資料を届けた"}, (), frozenset()))
        index.put_vectors(f"case{number}", {WHOLE: filler, "0": filler})
    index.put(WEBINAR)
    named = parts(WEBINAR.fields)
    rows = encoder.encode([text for _, text in named])
    index.put_vectors("webinar", {part: row for (part, _), row in zip(named, rows, strict=True)})
    hits = index.search(question.read("視聴ログを見てメールを送った例", encoder))
    assert hits[0].case_id == "webinar"


def test_signs_choose_and_vectors_decide_in_a_large_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = np.random.default_rng(7)
    rows = draw.standard_normal((900, 64)).astype(np.float32)
    held = CaseVectors(common_of("some/other-model", 64))
    for number, row in enumerate(rows[:800]):
        held.append()
        held.put(number, {WHOLE: row, "0": row})
    asked = held.question(rows[[5, 850]] + 0.2 * draw.standard_normal((2, 64)).astype(np.float32))
    monkeypatch.setattr(vectors, "SCANNED", 100)
    monkeypatch.setattr(sketches, "FIRST", 300)
    monkeypatch.setattr(sketches, "SECOND", 60)
    assert held.unsettled()
    held.settle()
    for number, row in enumerate(rows[800:], 800):  # compared in full until the next time
        held.append()
        held.put(number, {WHOLE: row})
    every = np.arange(900)
    exact = np.argsort(-joined(held.wholes(asked, every)))[:10]
    found = held.nearest(asked, every, 10)
    assert len(set(exact.tolist()) & set(found.tolist())) >= 9
    assert {5, 850} <= set(found.tolist())
    some = np.arange(0, 900, 5)
    assert set(some[held.nearest(asked, some, 2)].tolist()) == {5, 850}
    again = CaseVectors(common_of("some/other-model", 64), held.arrays())
    assert again.nearest(asked, every, 10).tolist() == found.tolist()
    held.put(300, {WHOLE: rows[5]})
    assert 300 in held.nearest(asked, every, 10)
    held.keep(every[::5])
    held.settle()
    assert set(every[::5][held.nearest(asked, np.arange(180), 3)].tolist()) == {5, 300, 850}
    assert held.sentences(1) == 1
    assert held.best_sentences(asked, np.arange(180))[1].tolist() == [0] * 160 + [-1] * 20


def test_a_large_matrix_is_mapped_and_keeps_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "MAPPED", 1024)
    held = Matrix(4, np.float32)
    for number in range(300):
        held.extend(np.full((1, 4), number, dtype=np.float32))
    held.put(7, np.zeros(4))
    assert held.take(np.array([0, 7, 299]))[:, 0].tolist() == [0, 0, 299]
    held.keep(np.array([299, 1]))
    held.extend(np.ones((1, 4), dtype=np.float32))
    held.put(0, np.full(4, 5))
    assert held.take(np.array([2, 0, 1]))[:, 0].tolist() == [1, 5, 1]
    assert held.whole().tolist() == [[5] * 4, [1] * 4, [1] * 4]


def test_rounding_a_vector_hardly_turns_it() -> None:
    rows = np.random.default_rng(1).standard_normal((9, 512)).astype(np.float32)
    rows = common_of("none", 512).without(rows)
    for dtype, error in ((np.int16, 0.0001), (np.int8, 0.003)):
        held = Rounded(512, dtype)
        held.extend(rows)
        assert abs(held.cosines(rows, np.arange(9)) - rows @ rows.T).max() < error


def test_the_highest_are_found_also_among_equals() -> None:
    draw = np.random.default_rng(3)
    for scores in (draw.random(5000), np.zeros(5000), (draw.random(5000) < 0.01) * 1.0,
                   np.where(draw.random(5000) < 0.2, 2.0, 0.0)):  # fmt: skip
        found = best(scores, 40)
        assert len(set(found.tolist())) == 40
        assert np.allclose(np.sort(scores[found]), np.sort(scores)[-40:])
    assert best(np.arange(3), 5).tolist() == [0, 1, 2]


def test_an_index_that_was_merged_answers_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = filled(*ALL)
    monkeypatch.setattr(memory, "NEW", 1)
    merged = filled(*ALL)
    merged.settle()
    for text in ("視聴ログを見てメール", "離島", "ちょうざいやっきょく", "island clinics", "zzzz"):
        one, other = (index.search(question.read(text, ENCODER)) for index in (plain, merged))
        assert [hit.case_id for hit in one] == [hit.case_id for hit in other]
        for a, b in zip(one, other, strict=True):
            assert (a.score, a.chance) == pytest.approx((b.score, b.chance), abs=0.02)
            assert a.sentence == b.sentence
