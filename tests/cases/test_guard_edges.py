"""The guard at its edges: one example for each thing that its rules look at and seldom meet."""

from __future__ import annotations

import pytest

from cases.guard import check, check_fields
from cases.guard.masking import apply
from cases.vocabulary import Decision


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("電話0312345678", "電話〔連絡先〕"),
        ("東 翼先生に届けた", "A先生に届けた"),
        ("病棟 翼先生に届けた", "病棟 A先生に届けた"),
        ("槇ヶ先生に届けた", "A先生に届けた"),
        ("順天堂に行った", "ある施設に行った"),
        ("山田部長先生に会えた", "A先生に会えた"),
    ],
)
def test_a_rare_form_of_a_name_or_number_is_masked(text: str, masked: str) -> None:
    assert check(text).masked == masked


@pytest.mark.parametrize(
    "text",
    [
        "管理0312345678",  # a bare number without a word for telephone
        "資料HPを見た",  # a home page
        "千葉大佐藤眼科",  # a department of a university
        "コミュニケーション先生に学んだ",
        "アアアアアクリニック" + "ア" * 40,  # one word too long to be a name
    ],
)
def test_what_only_looks_like_a_name_or_number_stays(text: str) -> None:
    assert check(text).masked == text


def test_a_surname_of_a_doctor_stays_where_it_is_a_colleague() -> None:
    found = check_fields({"situation": "田中先生と話した", "action": "田中課長に相談した"})
    assert found.masked == {"situation": "A先生と話した", "action": "田中課長に相談した"}


def test_a_mask_that_holds_the_masked_word_is_not_put_into_itself() -> None:
    assert apply("大学で話した", [], {"大学": "ある大学"}) == "大学で話した"


def test_what_happened_to_one_patient_is_held() -> None:
    verdict = check("担当の患者さんが喜ばれたとのことです")
    assert verdict.decision is Decision.HOLD
    assert {f.rule for f in verdict.findings} == {"patient_info"}


def test_a_second_doctor_of_an_edited_case_gets_a_letter_of_their_own() -> None:
    found = check_fields({"action": "A先生に会えた", "tip": "山田花子先生のときも同じ"})
    assert found.masked == {"action": "A先生に会えた", "tip": "B先生のときも同じ"}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("きらら耳鼻咽喉科に伺った", "あるクリニックに伺った"),
        ("県立こども病院の連携室", "ある病院の連携室"),
        ("はるかぜ薬局 本町店で", "ある薬局で"),
        ("佐藤先生みどり病院", "A先生ある病院"),
        ("木村Drに動画を送った", "A先生に動画を送った"),
    ],
)
def test_a_name_of_an_unusual_shape_is_masked(text: str, masked: str) -> None:
    assert check(text).masked == masked


def test_a_symptom_that_appeared_is_asked_about_and_a_leaflet_is_not() -> None:
    assert check("発疹が出た").decision is Decision.ASK
    assert check("発疹の写真の見分け方の動画が好評だった").decision is Decision.PUBLISH


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("東雲労災で会えた", "ある病院で会えた"),
        ("北陸中央の外来で", "ある病院の外来で"),
        ("県立みなとの薬剤部へ", "ある病院の薬剤部へ"),
        ("緑川大の先生方に", "ある大学の先生方に"),
        ("みつばち調剤 桜通店に置いた", "ある薬局に置いた"),
        ("白鳥整形外科さんに寄った", "あるクリニックさんに寄った"),
        ("CRCの有働さんから返信", "CRCのAさんから返信"),
        ("栄養科の千々岩さんと話した", "栄養科のAさんと話した"),
        ("久保さん(薬剤部)に聞いた", "Aさん(薬剤部)に聞いた"),
        ("漆間センター長に見せた", "A先生に見せた"),
        ("福島副院長と福島出身の話をした", "A先生と福島出身の話をした"),
        ("番号はゼロキュウゼロ、イチニイサンヨン、ゴーロクナナハチ", "番号は〔連絡先〕"),
        ("h.kubo[at]example.orgまで", "[contact]まで"),
        ("LINEのほうが早い。IDはkubo_88です", "LINEのほうが早い。IDは[contact]です"),
        ("直通は03-1234-5678(内線22)", "直通は〔連絡先〕"),
    ],
)
def test_a_short_form_of_a_name_or_number_is_masked(text: str, masked: str) -> None:
    assert check(text).masked == masked


@pytest.mark.parametrize(
    "text",
    [
        "規模の拡大と最大の理由",
        "市立図書館の会議室を借りた",
        "横浜市民の意識調査を読んだ",
        "札幌中央の会議室で話した",
        "総務の山下さんに聞いた",
        "近隣の整形外科さんに寄った",
        "大手調剤 駅前店が増えた",
        "公式サイト https://product.example.jp/series/info を案内",
        "資材のIDはA-123です",
    ],
)
def test_what_only_looks_like_a_short_form_stays(text: str) -> None:
    assert check(text).masked == text
