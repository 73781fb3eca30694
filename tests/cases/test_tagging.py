"""Tags by what MRs type: aliases, longest first, words that mean two things, and any text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.tagging import LISTS, tag
from cases.vocabulary import content, terms

SHARED = Path(__file__).parents[2] / "../shared"


def test_a_longer_alias_wins_over_the_shorter_one_inside_it() -> None:
    assert tag("Web講演会のあとに").channels == ("webinar_live",)
    assert tag("講演会のあとに").channels == ("lecture_onsite",)


def test_width_and_case_do_not_matter() -> None:
    assert tag("ｗｅｂ講演会とＦＡＸ").channels == ("webinar_live", "fax")


def test_tags_come_in_the_order_of_first_mention() -> None:
    assert tag("電話のあとメール、また電話").channels == ("phone", "email")


def test_a_pharmacy_that_counts_its_stock_is_no_wholesaler() -> None:
    assert tag("棚卸しの日を避けて面会") == tag("その日を避けて面会")
    assert tag("卸さんと棚卸しのあとに面会").channels == ("wholesaler", "f2f_visit")


def test_letters_that_go_on_are_another_word() -> None:
    assert tag("MSLに引き継ぎ").channels == ("msl",)
    assert tag("CRAの方").areas == ()


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        (
            "薬局に伺いました",
            ("customers", "pharmacist_community"),
            ("facilities", "community_pharmacy"),
        ),
        ("卸と打合せ", ("channels", "wholesaler"), ("facilities", "wholesaler")),
        ("卸店と打合せ", ("channels", "wholesaler"), ("facilities", "wholesaler")),
        ("MSさんに依頼", ("channels", "wholesaler"), ("customers", "wholesaler_ms")),
        ("病薬の会合", ("customers", "pharmacist_hospital"), ("facilities", "association")),
        ("透析の施設", ("areas", "renal"), ("facilities", "dialysis")),
        ("研究会で発表", ("channels", "lecture_onsite"), ("facilities", "association")),
    ],
)
def test_seven_aliases_belong_to_two_lists_and_tag_both(
    text: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    tags = tag(text)
    for name, key in (first, second):
        assert key in getattr(tags, name)


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [
        ("学術的なご質問はMAに引き継ぎ", "channels", "msl"),
        ("卸と同行", "channels", "wholesaler"),
        ("神内の先生とMSの再発の話", "areas", "neuro"),
        ("HPに掲載", "channels", "owned_site"),
        ("DM送付", "channels", "paper"),
        ("DM専門の先生", "areas", "metabolic"),
        ("AE開封", "channels", "mr_email"),
        ("DI室に伺う", "customers", "pharmacist_di"),
        ("本社DIに確認", "channels", "call_center"),
        ("RA領域の先生", "areas", "immunology"),
        ("院内採用", "customers", "committee"),
    ],
)
def test_a_word_with_two_senses_takes_the_one_that_stands_beside_it(
    text: str, name: str, key: str
) -> None:
    assert key in getattr(tag(text), name)


def test_a_word_with_two_senses_alone_is_asked_for() -> None:
    assert tag("MAの話です").unsure == ("ma",)
    assert tag("MAの配信シナリオ").unsure == ()
    assert tag("AE報告").channels == ()
    assert tag("BC比で増えました").areas == ()


def test_a_visit_that_is_not_possible_is_no_channel() -> None:
    tags = tag("訪問規制の病院")
    assert tags.channels == ()
    assert tags.access == ("restricted",)


def test_the_barrier_is_never_guessed() -> None:
    assert "barriers" not in LISTS
    assert not hasattr(tag("忙しくて時間がない"), "barriers")


def test_every_extra_word_belongs_to_a_key_of_the_vocabulary() -> None:
    more = content("tagging.json")
    for name, rows in more["aliases"].items():
        assert set(rows) <= set(terms(name))
    for sense in more["senses"]:
        assert not sense["list"] or sense["key"] in terms(sense["list"])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
@example("\ud800")
@example("薬" * 20_000)
def test_tagging_never_fails_and_names_only_known_keys(text: str) -> None:
    tags = tag(text)
    for name in LISTS:
        assert set(getattr(tags, name)) <= set(terms(name))


def by_family(keys: Iterable[str]) -> set[str]:
    """The labels call each mail the approved one; a text that only says メール does not."""
    return {terms("channels")[key].family or key for key in keys}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("先生にメールを送ったら返事が来た", "email"),
        ("フォローメールで次の面会につながった", "email"),
        ("MRメールを送ったら返事が来た", "mr_email"),
        ("審査済みのテンプレートで案内した", "mr_email"),
        ("Approved Emailを開封いただいた", "mr_email"),
        ("メルマガを読んでいただいた", "hq_email"),
    ],
)
def test_only_a_named_template_is_the_approved_mail(text: str, key: str) -> None:
    mails = {"email", "mr_email", "hq_email"}
    assert mails & set(tag(text).channels) == {key}


def test_a_doctors_room_is_no_university_hospital() -> None:
    assert tag("医局の先生に資料を届けた").facilities == ()
    assert tag("大学病院の医局で会えた").facilities == ("university_hospital",)


def test_channels_of_the_sample_posts_are_found() -> None:
    path = SHARED / "content/posts.json"
    if not path.exists():
        pytest.skip("the sample posts are not on this machine")
    posts = json.loads(path.read_text(encoding="utf-8"))
    pairs = [
        (by_family(p["tags"].get("channel", [])), by_family(tag(p["text"]).channels)) for p in posts
    ]
    right = sum(len(true & said) for true, said in pairs)
    assert right / sum(len(true) for true, _ in pairs) >= 0.90
    assert right / sum(len(said) for _, said in pairs) >= 0.75
