"""The traps of the domain page pass, names are masked, the 25 sample posts get their word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cases.guard import check, check_fields, message, refuses_search
from cases.vocabulary import Decision, content

SHARED = Path(__file__).parents[2] / "../shared"
PASSES = {Decision.PUBLISH, Decision.WARN, Decision.SOFT_REVIEW}

TRAPS = [
    "先生に喜ばれました",
    "院長先生と話せました",
    "A先生とB先生が参加",
    "新任の先生に届けた",
    "田中営業所長に相談した",
    "高橋GMの一言です",
    "名古屋支店の石川さんに教わった",
    "東京第一営業所の事例です",
    "病院第二営業所で共有した",
    "病院薬剤師会の日程を確認した",
    "病院担当になりました",
    "薬局長に喜ばれた",
    "循環器内科・消化器内科の合同説明会を開いた",
    "がん診療連携拠点病院の先生方に届けた",
    "副作用マネジメントの説明会が好評でした",
    "有害事象報告の研修を受けました",
    "RMP資材と適正使用ガイドを配布した",
    "下痢対策の資材が好評",
    "めまい外来の先生に届けた",
    "頭痛専門医の先生にメール",
    "救急外来の先生方は夜が忙しい",
    "面会が中止になったのでリモートにした",
    "講演会が中止になり録画を送った",
    "3人目から止まらなくなりました",
    "この順番が一番効く",
    "必ず前日にメールする",
    "100%出席でした",
    "MSさんと同行した",
    "MRさんの声を聞いた",
    "60代男性医師に届けた",
    "20代のMRが工夫した",
    "80代の患者さんが多い施設です",
    "患者さん向け資材を届けた",
    "症例検討会で発表された",
    "他社のWeb講演会と重なった",
    "切替用量の質問はDIへ回した",
    "お弁当付き説明会からWebに切替えた",
    "スライドを先輩に手伝ってもらった",
    "上長の承認をもらった",
    "休暇の申請中です",
    "Approved Email を2日後に送った",
    "千葉の先生は移動が長い",
]


@pytest.mark.parametrize("text", TRAPS)
def test_a_trap_of_the_domain_page_passes(text: str) -> None:
    assert check(text).decision in PASSES


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("佐藤先生に会えた。佐藤も喜んだ", "A先生に会えた。A先生も喜んだ"),
        ("田中先生と鈴木教授と田中先生", "A先生とB先生とA先生"),
        ("タカハシ先生から返信", "A先生から返信"),
        ("Dr.田中に送った", "A先生に送った"),
        ("薬剤師の久保さんに届けた", "薬剤師のAさんに届けた"),
        ("みどり中央病院で面談", "ある病院で面談"),
        ("ひまわり薬局に置いた", "ある薬局に置いた"),
        ("あおば内科クリニックへ", "あるクリニックへ"),
        ("Met Dr. Hartwell at Fernvale Clinic", "Met Dr. A at a clinic"),
        ("電話は090-1234-5678まで", "電話は〔連絡先〕まで"),
        ("(a.b@example.com)へ", "([contact])へ"),
    ],
)
def test_a_name_is_replaced(text: str, masked: str) -> None:
    verdict = check(text)
    assert verdict.masked == masked
    assert verdict.decision is Decision.MASK


def test_full_width_and_cut_up_names_are_found_where_they_stand() -> None:
    text = "ﾀｶﾊｼ先生と山\u200b田先生、TEL 090−1234−5678"
    verdict = check(text)
    found = [text[f.start : f.end] for f in verdict.findings]
    assert found == ["ﾀｶﾊｼ先生", "山\u200b田先生", "090−1234−5678"]


def test_one_surname_has_one_letter_in_all_fields_of_a_case() -> None:
    checked = check_fields(
        {
            "situation": "鈴木先生と山田部長に会えない",
            "result": "山田先生が喜んだ",
            "tip": "鈴木も納得",
        }
    )
    assert checked.masked == {
        "situation": "A先生とB先生に会えない",
        "result": "B先生が喜んだ",
        "tip": "A先生も納得",
    }
    assert checked.decision is Decision.MASK


def test_a_colleague_keeps_the_name() -> None:
    for text in ("本社マーケの中村部長に相談", "推進の鈴木くんの録画", "MSLの伊藤さんに引き継いだ"):
        assert check(text).masked == text


def test_every_sample_post_gets_its_word() -> None:
    words = {
        "pass": PASSES - {Decision.SOFT_REVIEW},
        "soft": {Decision.SOFT_REVIEW},
        "safety": {Decision.ROUTE_TO_SAFETY},
    }
    for post in json.loads((SHARED / "content/posts.json").read_text(encoding="utf-8")):
        expected = words.get(post["guard"]) or {Decision(post["guard"])}
        assert check(post["text"]).decision in expected, post["id"]


def test_safety_comes_before_everything_else() -> None:
    verdict = check("佐藤先生いわく、製品Aを飲み始めて3日目に発疹が出た方がいるそうです")
    assert verdict.decision is Decision.ROUTE_TO_SAFETY
    assert {f.rule for f in verdict.findings} == {"hcp_name", "adverse_event"}
    assert "佐藤" not in verdict.masked


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("80代で転倒した例ある?", "adverse_event"),
        ("72歳女性、胃がん術後の患者さんの例", "patient_info"),
        ("副作用マネジメントの説明会の例ある?", ""),
        ("めまい外来の先生に会えた例", ""),
        ("高齢の患者さんが多い施設での工夫", ""),
        ("佐藤先生に会えた例", ""),
        ("配信停止になった失敗例", ""),
        ("適応外の質問を受けたときの引き継ぎ方", ""),
    ],
)
def test_only_questions_about_a_patient_or_an_event_are_refused(query: str, rule: str) -> None:
    assert refuses_search(query) == rule


def test_every_rule_of_the_messages_has_words_in_both_languages() -> None:
    for row in content("guard_messages.json"):
        for locale in ("ja", "en"):
            found = message(row["key"], locale)
            assert found.text
            assert found.buttons
    assert message("adverse_event", "ja", Decision.ASK).key == "ae_ask"
    assert message("off_label").when_compliance_sees
