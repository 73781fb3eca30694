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
@pytest.mark.attack(58)
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


NAMED = [
    "五十嵐先生",
    "柊木先生",
    "小鳥遊教授",
    "御手洗医師",
    "一ノ瀬先生",
    "池ノ上先生",
    "勅使河原先生",
    "早乙女 真由先生",
    "水卜先生",
    "Suzuki先生",
    "ナカムラ先生",
    "さとう先生",
    "関先生",
    "佐伯科長",
    "渡邉先生",
    "桜庭名誉教授",
    "山本(循環器)先生",
    "加藤薬局長",
    "井上薬剤部長",
    "Dr.Sato",
    "Professor Lindqvist",
    "鬼塚Dr.",
    "原田部長",
]
PLACES = [
    "星ヶ浦病院",
    "みなと第一クリニック",
    "聖マリアンヌ病院",
    "北斗医科大学附属病院",
    "やまびこ整形外科",
    "さくらの杜クリニック",
    "白樺会 緑ヶ丘病院",
    "千鳥調剤薬局",
    "浜松がんセンター",
    "ゆうひが丘診療所",
    "朝日町立病院",
    "うみねこ歯科",
    "済生会",
    "あさひ薬局 駅前店",
    "西町ファーマシー",
    "Oakfield Medical Centre",
    "Royal Ashdown Infirmary",
]
NOBODY = [
    "大学病院の先生",
    "門前薬局で",
    "地域の中核病院",
    "市中病院の薬剤部",
    "A病院とB薬局",
    "療養型の病院",
    "500床の病院",
    "各先生",
    "ベテラン先生",
    "両先生とも",
    "専門医の先生",
    "座長の先生",
    "本社の田中さん",
    "卸の高橋さん",
    "病院訪問",
    "公立大学の先生",
    "かかりつけ薬局",
    "急性期病院",
    "Our University Hospital contact",
    "資材番号 2025-0417-003",
    "10:30-11:00",
    "自社HP",
    "HPの先生",
    "リハビリ病院",
    "内科クリニックの先生",
    "教授回診",
    "3病院で",
    "Dr.中心の会",
    "店の佐々",
]


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.attack(58)
def test_a_doctor_is_masked_whole(name: str) -> None:
    assert check(f"{name}に届けた").masked in (
        "A先生に届けた",
        "Dr. Aに届けた",
        "Professor Aに届けた",
    )


@pytest.mark.parametrize("name", PLACES)
def test_a_place_is_masked_whole(name: str) -> None:
    masked = check(f"{name}で面談").masked
    assert masked.startswith(("ある", "a "))
    assert masked.endswith("で面談")
    assert name[:2] not in masked


@pytest.mark.parametrize("text", NOBODY)
def test_words_for_roles_and_kinds_of_place_stay(text: str) -> None:
    assert check(text).masked == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("看護部長の大塚さん", "看護部長のAさん"),
        ("薬剤師の西田 真さん", "薬剤師のAさん"),
        ("医局秘書の川上様に", "医局秘書のA先生に"),
        ("ドクタータナカ先生", "A先生"),
        ("The nurse, Mr. Tobias Renn, said", "The nurse, Mr. A, said"),
        ("Mr. Smith said", "Mr. Smith said"),
        ("Dr. University", "Dr. University"),
        ("内線 4521です", "内線 〔連絡先〕です"),
        ("〒123-4567 星見市花町1-2-3へ", "〔連絡先〕へ"),
    ],
)
def test_roles_and_contacts_in_other_shapes(text: str, masked: str) -> None:
    assert check(text).masked == masked


def test_what_is_masked_in_one_field_is_masked_literally_in_the_others() -> None:
    checked = check_fields({"situation": "内線 4521です", "tip": "4521へ"})
    assert checked.masked["tip"] == "〔連絡先〕へ"
    assert checked.verdicts["tip"].decision is Decision.MASK


def test_many_surnames_get_letters_beyond_z() -> None:
    surnames = (
        "佐藤鈴木高橋田中伊藤渡辺山本中村小林加藤吉田山田松本井上"
        "木村清水山口阿部池田橋本山下石川中島前田藤田小川後藤岡田"
    )
    text = "、".join(surnames[i : i + 2] + "先生" for i in range(0, len(surnames), 2))
    assert check(text).masked.endswith("AA先生、AB先生")


def test_a_colleague_keeps_the_name() -> None:
    for text in ("本社マーケの中村部長に相談", "推進の鈴木くんの録画", "MSLの伊藤さんに引き継いだ"):
        assert check(text).masked == text


@pytest.mark.attack(58)
def test_every_sample_post_gets_its_word() -> None:
    words = {
        "pass": PASSES - {Decision.SOFT_REVIEW},
        "soft": {Decision.SOFT_REVIEW},
        "safety": {Decision.ROUTE_TO_SAFETY},
    }
    for post in json.loads((SHARED / "content/posts.json").read_text(encoding="utf-8")):
        expected = words.get(post["guard"]) or {Decision(post["guard"])}
        assert check(post["text"]).decision in expected, post["id"]


@pytest.mark.attack(58)
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
