"""The index finds a case by words at once, by meaning with its vectors, and never a hidden one."""

from __future__ import annotations

from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import question
from cases.index import WHOLE, Document, embedded_text, matrix, parts, vectors
from cases.index.matrix import Matrix
from cases.index.memory import MemoryIndex
from cases.index.postings import Postings
from cases.index.vectors import CaseVectors, common_of
from tests.fakes.encoder import FakeEncoder, bundled

ENCODER = bundled()
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
    assert ids(index, "ちょうざいやっきょくのじれい")[0] == "pharmacy"
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
    for number, row in enumerate(rows):
        held.append()
        held.put(number, {WHOLE: row, "0": row})
    asked = held.question(rows[[5, 700]] + 0.2 * draw.standard_normal((2, 64)).astype(np.float32))
    every = np.arange(900)
    exact = set(held.nearest(asked, every, 10).tolist())
    monkeypatch.setattr(vectors, "SCANNED", 100)
    monkeypatch.setattr(vectors, "RESCORED", 300)
    assert {5, 700} <= set(held.nearest(asked, every, 10).tolist())
    assert len(exact & set(held.nearest(asked, every, 10).tolist())) >= 9
    some = np.arange(0, 900, 5)
    assert some[held.nearest(asked, some, 1)].tolist() == [5, 700]


def test_a_large_matrix_is_mapped_and_keeps_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "MAPPED", 1024)
    held = Matrix(4, np.float16)
    for number in range(300):
        held.extend(np.full((1, 4), number, dtype=np.float16))
    held.rows()[7] = 0
    assert held.rows()[[0, 7, 299], 0].tolist() == [0, 0, 299]
    held.keep(np.array([299, 1]))
    assert held.rows().tolist() == [[299] * 4, [1] * 4]


def test_the_score_of_some_rows_is_that_of_all() -> None:
    postings = Postings(0.6, 0.75)
    for number in range(40):
        postings.append({"often": 1, f"rare{number}": 1 + 300 * (number == 3)})
    asked = {"often": 1.0, "rare3": 2.0, "nowhere": 1.0}
    some = np.array([0, 3, 39])
    assert np.allclose(postings.at(asked, some), postings.scores(asked)[some])
    assert postings.telling(asked) == {"rare3": 2.0}
    assert postings.telling({"often": 1.0}) == {"often": 1.0}
