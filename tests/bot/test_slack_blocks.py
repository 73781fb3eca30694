"""The Slack converter: any card becomes a payload that Slack takes, and text stays text."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.slack import blocks, fields, ids, texts
from bot.views.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Divider,
    Facts,
    Field,
    Fold,
    Kind,
    Style,
    Text,
)
from tests.fakes import cards, slack_limits

slow_data = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.fault(34)
@slow_data
@given(cards.cards)
def test_any_card_is_a_message_within_the_limits(card: Card) -> None:
    slack_limits.check_message(blocks.message(card))


@pytest.mark.fault(34)
def test_thirty_buttons_and_ten_thousand_characters_stay_within_the_limits() -> None:
    buttons = tuple(Button(f"{at}番", "go", str(at)) for at in range(30))
    for long in cards.LONG:
        card = Card(
            (
                *(Text(long, style) for style in Style),
                Facts(((long, long),)),
                Field("k", long, Kind.LONG, value=long, hint=long, error=long),
                Actions(buttons, buttons),
            ),
            title=long,
            submit=buttons[0],
        )
        slack_limits.check_message(blocks.message(card))
        slack_limits.check_view(blocks.modal(card))


@slow_data
@given(cards.cards)
def test_any_card_is_a_form_within_the_limits(card: Card) -> None:
    slack_limits.check_view(blocks.modal(card, {"user": "U1", "channel": "D1"}, "D1/1.2"))


@pytest.mark.fault(34)
@slow_data
@given(st.text("a👍🏽👨\u200d👩e\u0301🇯🇵\ufe0fあ", max_size=300), st.integers(1, 80))
def test_a_cut_never_falls_inside_a_visible_character(text: str, limit: int) -> None:
    shown = texts.fit(text, limit)
    assert texts.units(shown) <= limit
    if shown == text:
        return
    kept, left = shown[:-1], text[len(shown) - 1 :]
    assert text.startswith(kept)
    if kept and left:
        assert kept[-1] != "\u200d"
        assert left[0] not in "\u200d\ufe0f🏽"
        assert unicodedata.combining(left[0]) == 0


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize(
    "attack",
    [
        "<!channel> 見てください",
        "<!here>",
        "<@U024BE7LH> <#C024BE7LR>",
        "<https://evil.example|社内ポータル>",
        "*太字* _斜体_ ~消~ `code` ```block```",
        "> 引用 & <b>html</b> :skull:",
    ],
)
@pytest.mark.attack(30, 31, 32)
def test_control_sequences_in_user_text_are_shown_as_typed(style: Style, attack: str) -> None:
    made = blocks.message(Card((Text(attack, style), Facts(((attack, attack),)))))
    shown = list(slack_limits.texts(made["blocks"]))
    assert attack in [found["text"] for found in shown]
    assert {found["type"] for found in shown} <= {"plain_text", "text"}
    assert all(found.get("emoji", False) is False for found in shown)
    assert "<" not in made["text"]
    assert ">" not in made["text"]


@pytest.mark.attack(33)
def test_bidi_controls_are_stripped_everywhere() -> None:
    evil = "承認\u202e済み\u2066"
    card = Card(
        (Text(evil, marks=((0, 3),)), Field("k", evil, value=evil, hint=evil), Fold(evil, ())),
        title=evil,
        submit=Button(evil, "go"),
    )
    for made in (blocks.message(card), blocks.modal(card)):
        assert "\\u202e" not in json.dumps(made)
        assert "\\u2066" not in json.dumps(made)


def test_marked_words_are_bold_and_the_rest_is_not() -> None:
    (block,) = blocks.message(Card((Text("A先生に会えた", marks=((0, 3),)),)))["blocks"]
    assert block["elements"][0]["elements"] == [
        {"type": "text", "text": "A先生", "style": {"bold": True}},
        {"type": "text", "text": "に会えた"},
    ]


def test_two_strong_lines_are_two_lines_of_one_section() -> None:
    lines = (Text("2人が試しています", Style.GOOD), Facts((("先生の変化", "会えた"),)))
    (block,) = blocks.message(Card(lines))["blocks"]
    (section,) = block["elements"]
    shown = "".join(one["text"] for one in section["elements"])
    assert shown == "2人が試しています\n先生の変化: 会えた"


def test_each_kind_of_field_has_its_slack_element() -> None:
    few = (Choice("a", "電話"), Choice("b", "メール"))
    many = tuple(Choice(str(at), f"第{at}営業所") for at in range(8))
    made = blocks.modal(
        Card(
            (
                Field("line", "題", value="はい", limit=40),
                Field("long", "やったこと", Kind.LONG, required=True),
                Field("few", "手段", Kind.CHOICE, "b", few),
                Field("many", "営業所", Kind.CHOICE, "7", many),
                Field("channels", "チャネル", Kind.CHOICES, ("a",), few),
                Field("ticks", "確認", Kind.TICKS, ("a", "b"), few),
                Field("day", "日", Kind.DATE, "2026-11-04"),
            )
        )
    )
    elements = [block["element"] for block in made["blocks"]]
    assert [element["type"] for element in elements] == [
        "plain_text_input",
        "plain_text_input",
        "radio_buttons",
        "static_select",
        "multi_static_select",
        "checkboxes",
        "datepicker",
    ]
    assert elements[0]["max_length"] == 40
    assert elements[0]["initial_value"] == "はい"
    assert [block["optional"] for block in made["blocks"]][:2] == [True, False]
    assert elements[3]["initial_option"]["value"] == "7"
    assert [option["value"] for option in elements[5]["initial_options"]] == ["a", "b"]
    assert elements[6]["initial_date"] == "2026-11-04"


def test_a_text_over_its_limit_is_shown_whole_so_that_nothing_typed_is_lost() -> None:
    (block,) = blocks.modal(Card((Field("k", "題", value="あ" * 50, limit=40),)))["blocks"]
    assert block["element"]["initial_value"] == "あ" * 50
    assert block["element"]["max_length"] == 3_000


def test_a_declaration_that_slack_would_cut_is_shown_in_full_above_its_ticks() -> None:
    label = "I used only materials that have passed review, " * 3
    made = blocks.modal(Card((Field("t", "確認", Kind.TICKS, (), (Choice("a", label),)),)))
    assert label.strip() in made["blocks"][0]["text"]["text"]
    assert made["blocks"][1]["element"]["options"][0]["text"]["text"].startswith("1. I used")


def test_values_come_back_by_key_whatever_the_element() -> None:
    made = {
        "b1": {"3:line": {"type": "plain_text_input", "value": None}},
        "b2": {"4:long": {"type": "plain_text_input", "value": "会えた"}},
        "b3": {"5:one": {"type": "static_select", "selected_option": {"value": "x"}}},
        "b4": {"6:none": {"type": "radio_buttons", "selected_option": None}},
        "b5": {"7:ticks": {"type": "checkboxes", "selected_options": [{"value": "a"}]}},
        "b6": {"8:day": {"type": "datepicker", "selected_date": "2026-11-04"}},
    }
    assert fields.values({"values": made}) == {
        "line": "",
        "long": "会えた",
        "one": "x",
        "none": "",
        "ticks": ["a"],
        "day": "2026-11-04",
    }
    assert fields.values(None) == {}


def test_what_slack_cannot_fold_is_behind_a_button_in_the_next_row() -> None:
    show = Button("くわしく見る", "case.show", "c1")
    fold = Fold("くわしく見る", (Text("長い話"),), instead=show)
    tried = Actions((Button("試してみる", "try.start", "c1"),))
    (row,) = blocks.message(Card((fold, tried)))["blocks"]
    assert [button["text"]["text"] for button in row["elements"]] == ["試してみる", "くわしく見る"]
    (row,) = blocks.message(Card((fold,)))["blocks"]
    assert [button["value"] for button in row["elements"]] == ["c1"]


def test_a_folded_part_is_one_section_in_its_place_which_slack_itself_folds() -> None:
    fold = Fold("くわしく", (Facts((("コツ", "朝に送る"), ("", "仙台"))), Divider(), Text("済み")))
    made = blocks.message(Card((fold, Actions((Button("試す", "try"),)))))["blocks"]
    assert [block["type"] for block in made] == ["section", "actions"]
    assert made[0]["text"]["text"] == "コツ: 朝に送る\n仙台\n済み"


def test_texts_of_one_kind_that_follow_each_other_share_a_block() -> None:
    quiet = (Text("一", Style.QUIET), Text("二", Style.QUIET))
    loud = (Text("三", Style.STRONG), Text("四", Style.QUOTE), Facts((("変化", "会えた"),)))
    made = blocks.message(Card((*quiet, *loud, Text("長" * 2_999, Style.QUIET), *quiet)))["blocks"]
    assert [block["type"] for block in made] == ["context", "rich_text", "context", "context"]
    assert made[0]["elements"][0]["text"] == "一\n二"
    assert [one["type"] for one in made[1]["elements"]] == [
        "rich_text_section",
        "rich_text_quote",
        "rich_text_section",
    ]


def test_rare_buttons_go_behind_the_dots_and_long_values_stay_outside() -> None:
    more = (Button("違う", "find.wrong", "id"), Button("話す", "talk", "id"))
    (row,) = blocks.message(
        Card((Actions((Button("試す", "try", "1"),), (*more, Button("長い", "long", "v" * 200))),))
    )["blocks"]
    kinds = [element["type"] for element in row["elements"]]
    assert kinds == ["button", "button", "overflow"]
    packed = [option["value"] for option in row["elements"][2]["options"]]
    assert [ids.unpacked(value) for value in packed] == [("find.wrong", "id"), ("talk", "id")]


def test_texts_give_way_before_buttons_when_a_message_is_too_long() -> None:
    rows = tuple(Text(f"{at}件目") for at in range(80))
    made = blocks.message(Card((*rows, Actions((Button("もっと見る", "more"),)))))["blocks"]
    assert len(made) == 50
    assert [block["type"] for block in made[-2:]] == ["actions", "context"]


def test_one_card_always_gives_the_same_bytes_and_another_one_new_ids() -> None:
    card = Card((Field("k", "題"),))
    assert blocks.message(card) == blocks.message(card)
    changed = Card((Field("k", "題", error="必須です"),))
    assert (
        blocks.modal(card)["blocks"][0]["block_id"]
        != blocks.modal(changed)["blocks"][1]["block_id"]
    )


def test_a_value_that_could_not_come_back_is_an_error_at_rendering() -> None:
    with pytest.raises(ValueError, match="choice value"):
        blocks.message(Card((Field("k", "題", Kind.CHOICE, "", (Choice("v" * 151, "a"),)),)))
    with pytest.raises(ValueError, match="too long"):
        blocks.message(Card((Actions((Button("a", "x" * 300),)),)))
    with pytest.raises(ValueError, match="too long"):
        blocks.message(Card((Actions((Button("a", "x", "v" * 2_001),)),)))
    with pytest.raises(ValueError, match="too long"):
        blocks.modal(Card((), submit=Button("a", "x", "v" * 3_000)))


def test_an_origin_that_does_not_fit_is_left_out_of_the_form() -> None:
    made = blocks.modal(Card((), submit=Button("送る", "go", "1")), {"user": "U" * 3_000}, "D1/1")
    assert ids.remembered(made) == {"a": "go", "v": "1", "l": "ja"}
