"""Adaptive Cards: every neutral element has its shape, fits the size, and keeps text literal."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.teams import cards, limits
from bot.teams.inputs import values
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
from tests.fakes.adaptive import body
from tests.fakes.teams_cards import check


def test_a_text_wraps_and_its_style_shows() -> None:
    normal, title, warn, quote = body(
        Text("本文"),
        Text("見出し", Style.TITLE),
        Text("注意", Style.WARN),
        Text("引用", Style.QUOTE),
    )
    assert normal == {"type": "TextBlock", "text": "本文", "wrap": True}
    assert title["style"] == "heading"
    assert warn["color"] == "Attention"
    assert (quote["type"], quote["items"][0]["text"]) == ("Container", "引用")


def test_marks_are_highlighted_runs_and_no_character_is_lost() -> None:
    (block,) = body(Text("A先生に B病院で会う", marks=((0, 3), (5, 8))))
    runs = [(run["text"], run.get("highlight", False)) for run in block["inlines"]]
    assert runs == [("A先生", True), ("に ", False), ("B病院", True), ("で会う", False)]


def test_a_divider_is_a_line_above_the_next_part_and_no_block() -> None:
    first, second = body(Text("上"), Divider(), Text("下"))
    assert "separator" not in first
    assert second["separator"] is True


def test_facts_keep_their_order() -> None:
    (block,) = body(Facts((("診療科", "循環器"), ("面談", "Web"))))
    assert block["facts"][1] == {"title": "面談", "value": "Web"}


def test_a_button_executes_in_place_and_old_clients_submit_the_same() -> None:
    (row,) = body(Actions((Button("試してみる", "try", "case-1"),), more=(Button("直す", "edit"),)))
    first, second = row["actions"]
    assert first["verb"] == "try"
    assert first["data"] == {"hitotsubu": {"action": "try", "value": "case-1"}}
    assert second["mode"] == "secondary"


def test_a_seventh_button_goes_behind_the_dots() -> None:
    (row,) = body(Actions(tuple(Button(f"{n}", "go", str(n)) for n in range(8))))
    assert ["mode" in action for action in row["actions"]] == [False] * 6 + [True] * 2


def test_buttons_that_are_too_wide_for_a_phone_take_a_second_row() -> None:
    labels = ("うまくいった", "いまいちだった", "まだ試していない", "回答しない")
    (rows,) = body(Actions(tuple(Button(label, "answer", label) for label in labels)))
    titles = [[action["title"] for action in row["actions"]] for row in rows["items"]]
    assert titles == [list(labels[:2]), list(labels[2:])]


@pytest.mark.attack(34)
def test_only_web_links_become_links() -> None:
    (row,) = body(
        Actions(
            (
                Button("開く", "", url="https://example.jp/c/1"),
                Button("危険", "none", url="javascript:alert(1)"),
                Button("この画面だけ", "", url="/pack/kobe/2026-10"),
            )
        )
    )
    assert [action["type"] for action in row["actions"]] == ["Action.OpenUrl"]
    assert "javascript" not in json.dumps(row)


def test_a_fold_is_closed_and_its_button_opens_it() -> None:
    (fold,) = body(Fold("くわしく", (Text("中身"), Facts((("場所", "仙台"),)))))
    opener, hidden = fold["items"]
    assert opener["actions"][0]["targetElements"] == [hidden["id"]]
    assert hidden["isVisible"] is False
    assert hidden["items"][0]["text"] == "中身"


def test_a_form_has_labelled_inputs_and_insists_on_the_required_ones() -> None:
    choices = (Choice("a", "面談"), Choice("b,c", "Web面談"))
    line, long, one, several, day, send = body(
        Field("title", "題", limit=40, value="元の題", hint="短く"),
        Field("text", "やったこと", Kind.LONG, required=True),
        Field("area", "領域", Kind.CHOICE, "a", choices),
        Field("channels", "手段", Kind.CHOICES, ("a", "b,c"), choices),
        Field("on", "日付", Kind.DATE, "2026-11-04"),
        submit=Button("見てみる", "preview", primary=True),
    )
    assert (line["maxLength"], line["value"], line["placeholder"]) == (40, "元の題", "短く")
    assert (long["isMultiline"], long["isRequired"]) == (True, True)
    assert (one["isMultiSelect"], one["value"]) == (False, "a")
    assert (several["isMultiSelect"], several["value"]) == (True, "a,b%2Cc")
    assert day["value"] == "2026-11-04"
    assert send["actions"][0]["data"]["hitotsubu"]["lists"] == ["channels"]


def test_each_tick_is_a_toggle_of_its_own() -> None:
    ticks = Field("declared", "確認", Kind.TICKS, ("b",), (Choice("a", "ア"), Choice("b", "イ")))
    first, second = body(ticks)[0]["items"]
    assert (first["label"], first["title"], first["value"]) == ("確認 1/2", "ア", "")
    assert (second["id"], second["value"], second["valueOn"]) == ("declared#b", "b", "b")


def test_a_required_field_does_not_lock_the_way_out() -> None:
    text, _row = body(
        Field("text", "やったこと", required=True),
        Actions((Button("やめる", "drop"),)),
        submit=Button("見てみる", "preview", primary=True),
    )[:2]
    assert "isRequired" not in text
    assert text["label"] == "やったこと *"


def test_values_come_back_as_strings_and_lists() -> None:
    data = {"title": "題", "channels": "a,b%2Cc", "declared#x": "x", "declared#y": ""}
    assert values(data, ["channels", "declared", "none"]) == {
        "title": "題",
        "channels": ["a", "b,c"],
        "declared": ["x"],
        "none": [],
    }


def test_the_message_has_a_plain_summary_and_no_second_copy_of_the_text() -> None:
    message = cards.message(Card((Text("一行目"), Text("二行目")), title="まとめ"))
    assert message["summary"] == "まとめ 一行目 二行目"
    assert "text" not in message
    assert message["attachments"][0]["content"]["fallbackText"] == "まとめ\n一行目\n二行目"


WORDS = st.text(max_size=400)
LONG = st.one_of(WORDS, st.sampled_from(["あ" * 10_000, "👨‍👩‍👧" * 2_000, "[x](y)" * 3_000]))
KEYS = st.text("abcdefgh", min_size=1, max_size=8)
TEXTS = st.builds(
    Text,
    LONG,
    st.sampled_from(Style),
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda m: (m[0], m[0] + m[1])),
        max_size=3,
    ).map(tuple),
)
FACTS = st.builds(Facts, st.lists(st.tuples(WORDS, LONG), max_size=8).map(tuple))
BUTTONS = st.lists(
    st.builds(Button, WORDS, KEYS, st.text(max_size=1_000), st.booleans()), max_size=8
).map(tuple)
CHOICES = st.lists(
    st.builds(Choice, st.text(min_size=1, max_size=40), WORDS),
    min_size=1,
    max_size=60,
    unique_by=lambda choice: choice.value,
).map(tuple)
FIELDS = st.builds(
    Field,
    KEYS,
    WORDS,
    st.sampled_from(Kind),
    st.one_of(LONG, st.lists(WORDS, max_size=4).map(tuple)),
    CHOICES,
    st.booleans(),
    st.integers(0, 3_000),
    WORDS,
    WORDS,
)
FOLDS = st.builds(
    Fold, WORDS, st.lists(st.one_of(TEXTS, FACTS, st.just(Divider())), max_size=4).map(tuple)
)
PARTS = st.lists(
    st.one_of(
        TEXTS, FACTS, st.just(Divider()), st.builds(Actions, BUTTONS, BUTTONS), FIELDS, FOLDS
    ),
    max_size=12,
    unique_by=lambda part: part.key if isinstance(part, Field) else object(),
).map(tuple)
CARDS = st.builds(Card, PARTS, WORDS, st.one_of(st.none(), st.builds(Button, WORDS, KEYS)))


@given(CARDS)
@example(Card((Field("a", "お名前", required=True, error=" "),)))
@settings(
    max_examples=settings.default.max_examples * 3 // 10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@pytest.mark.attack(35)
def test_any_card_is_a_valid_one_within_the_size(card: Card) -> None:
    message = cards.message(card)
    text = json.dumps(message, ensure_ascii=False)
    assert len(text.encode()) <= limits.PAYLOAD_BYTES * 1.1
    assert cards.size(message) <= limits.PAYLOAD_BYTES
    assert cards.size(cards.adaptive(card)) <= limits.PAYLOAD_BYTES
    check(message["attachments"][0]["content"])


def test_rare_buttons_go_before_a_hit_does() -> None:
    often = tuple(Button("試してみる", "try.start", "0192f3" * 6 + str(n)) for n in range(4))
    rare = tuple(
        Button("話し合いにする", "discuss.preview", "0192f3" * 6 + str(n)) for n in range(4)
    )
    hits = [part for n in range(6) for part in (Text(f"事例{n}"), Actions(often, more=rare))]
    shown = json.dumps(cards.adaptive(Card(tuple(hits))), ensure_ascii=False)
    assert "事例5" in shown
    assert shown.count("try.start") >= 6 * 4
    assert "discuss.preview" not in shown
    many = cards.fitting(Card(tuple(hits * 9)))  # then the last ones
    assert cards.size(cards.message(many)) > limits.PAYLOAD_BYTES * 0.9
