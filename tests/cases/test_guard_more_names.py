"""Names in dress that two authors who never saw the rules brought: titles, endings, addresses."""

from __future__ import annotations

import pytest

from cases.guard import check


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("稲垣副看護部長に伺った", "A先生に伺った"),
        ("橋本せんせに届けた", "A先生に届けた"),
        ("療養指導士の橋本さんに伺った", "療養指導士のAさんに伺った"),
        ("透析外来にいる橋本さんに伺った", "透析外来にいるAさんに伺った"),
        ("つばめ調剤センターに寄った", "ある薬局に寄った"),
        ("訪問看護ステーションあおぞらさんへ", "ある施設さんへ"),
        ("公立つくし野の外来で", "ある病院の外来で"),
        ("She moved to Fernhill General last week.", "She moved to Fernhill General last week."),
        ("She works at Fernhill General now.", "She works at ある施設 now."),
        ("先生のブログ(www.example.jp/kaede)", "先生のブログ([contact])"),
        ("ドラッグあじさい駅前店に届けた", "ある薬局に届けた"),
        ("さくら通り眼科に届けた", "あるクリニックに届けた"),
        ("青嶺中央の薬剤部に届けた", "ある病院の薬剤部に届けた"),
        ("外来の祝嶺さんに聞いた", "外来のAさんに聞いた"),
        ("薬剤師の久保 健一さんに聞いた", "薬剤師のAさんに聞いた"),
        ("郵便は青葉県緑郡若草町大字上野12番地へ", "郵便は〔連絡先〕へ"),
    ],
)
def test_a_name_in_new_dress_is_masked(text: str, masked: str) -> None:
    assert check(text).masked == masked


@pytest.mark.parametrize(
    "text",
    [
        "効果大の先生方に届けた",
        "ドラッグのことを聞いた",
        "くすりの話を聞いた",
        "訪問看護ステーションからの依頼が増えた",
        "放射線技師さんに聞いた",
        "受付の業者さんに聞いた",
        "先生に製品の公式サイト(www.example.jp/product)を案内した",
        "お歳暮を届けることのない業界です",
    ],
)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert check(text).masked == text
