"""A card as HTML: everything is escaped, and each element has its accessible form."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from bot.web.html import Frame, card_html, is_note, marked, note_html
from bot.web.links import own_path, safe_link

FRAME = Frame("c1", "ja", "token", "key1")
ATTACK = """</textarea></option><script>alert('x')</script>" onload="alert(1)"""


class Seen(HTMLParser):
    """Tags and attributes as a browser reads them, and the text between."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def seen(*parts: object, **more: object) -> Seen:
    return Seen(str(card_html(Card(parts, **more), FRAME)))  # type: ignore[arg-type]  # pages need no more of it


def everything(text: str) -> Card:
    choices = (Choice(text, text), Choice("b", "B"))
    fields = tuple(
        Field(f"k{number}", text, kind, value, choices, required=True, limit=5, hint=text,
              error=text)
        for number, (kind, value) in enumerate(
            [(Kind.LINE, text), (Kind.LONG, text), (Kind.CHOICE, text), (Kind.DATE, text),
             (Kind.CHOICES, (text,)), (Kind.TICKS, (text,))]
        )
    )  # fmt: skip
    parts = (
        *(Text(text, style, ((0, 2),)) for style in Style),
        Facts(((text, text), ("", text))),
        Divider(),
        Fold(text, (Text(text), Facts(((text, text),)))),
        Actions(
            (Button(text, "a.b", text), Button(text, "", url=text)), (Button(text, "c", text),)
        ),
        *fields,
    )
    return Card(parts, title=text, submit=Button(text, "s", text))


OURS = {tag for tag, _ in Seen(str(card_html(everything("/xx"), FRAME))).tags}


@given(st.text(max_size=60) | st.just(ATTACK))
@pytest.mark.attack(36)
def test_no_text_of_a_card_can_become_markup(text: str) -> None:
    page = Seen(str(card_html(everything(text), FRAME)))
    assert {tag for tag, _ in page.tags} <= OURS
    assert not [name for _, row in page.tags for name in row if name.startswith(("on", "style"))]


def test_what_was_typed_is_read_as_typed() -> None:
    assert Seen(str(card_html(everything(ATTACK), FRAME))).text.count(ATTACK) > 10


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40))))
def test_marks_never_change_the_text(text: str, marks: list[tuple[int, int]]) -> None:
    assert Seen(str(marked(text.replace("\r", ""), marks))).text == text.replace("\r", "")


def test_marks_stand_where_the_mask_is() -> None:
    assert str(marked("今朝A先生に", ((2, 5),))) == "今朝<mark>A先生</mark>に"


def test_a_card_with_fields_is_one_form_and_its_buttons_send_it() -> None:
    page = seen(
        Field("action", "何をしましたか?"), Actions((Button("共有", "share.publish", "d1"),))
    )
    assert [form["action"] for form in page.all("form")] == ["/press"]
    assert page.all("button")[0]["value"] == "1 share.publish d1"
    assert {"csrf", "key", "card", "f.action"} == {row["name"] for row in page.all("input")}


def test_a_card_without_anything_to_press_has_no_form() -> None:
    assert not seen(Text("読むだけ"), Facts((("a", "b"),))).all("form")


def test_every_input_has_a_label() -> None:
    page = seen(Field("a", "一行"), Field("b", "長い文", Kind.LONG), Field("d", "日", Kind.DATE))
    named = {row["for"] for row in page.all("label")}
    assert named == {
        row["id"] for tag, row in page.tags if tag in ("input", "textarea") if "id" in row
    }


def test_few_choices_are_radio_buttons_and_many_are_a_list() -> None:
    few = tuple(Choice(str(n), str(n)) for n in range(3))
    many = tuple(Choice(str(n), str(n)) for n in range(9))
    assert len(seen(Field("k", "x", Kind.CHOICE, "1", few)).all("input")) == 3 + 3
    page = seen(Field("k", "x", Kind.CHOICE, "8", many))
    assert [row["value"] for row in page.all("option") if "selected" in row] == ["8"]


def test_many_chips_start_folded_unless_one_is_chosen() -> None:
    many = tuple(Choice(str(n), str(n)) for n in range(9))
    assert "open" not in seen(Field("k", "x", Kind.CHOICES, (), many)).all("details")[0]
    assert "open" in seen(Field("k", "x", Kind.CHOICES, ("1",), many)).all("details")[0]


def test_only_the_main_button_asks_for_required_fields() -> None:
    page = seen(
        Field("a", "x", required=True),
        Actions((Button("共有", "p", primary=True), Button("下書き", "later"))),
    )
    assert ["formnovalidate" in row for row in page.all("button")] == [False, True]


def test_an_error_of_a_field_is_read_with_it() -> None:
    page = seen(Field("a", "x", error="短くしてください"))
    line = next(row for row in page.all("input") if row["name"] == "f.a")
    assert line["aria-invalid"] == "true"
    assert line["aria-describedby"] == page.all("p")[0]["id"]


def test_what_is_behind_the_dots_is_folded() -> None:
    page = seen(Actions((Button("a", "a"),), more=(Button("b", "b"),)))
    assert page.all("summary")[0]["aria-label"] == "ほかの操作"
    assert len(page.all("button")) == 2


def test_pasted_text_is_never_cut() -> None:
    assert "maxlength" not in str(card_html(everything("x"), FRAME))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil", "https:", ""]
)
def test_a_link_that_could_run_or_lead_astray_is_not_shown(url: str) -> None:
    assert safe_link(url) == ""
    assert not seen(Actions((Button("x", "", url=url or "vbscript:x"),))).all("a")


def test_our_own_paths_and_web_addresses_are_links() -> None:
    assert safe_link("/pack/kobe/2026-10") == "/pack/kobe/2026-10"
    assert safe_link("https://safety.example/form") == "https://safety.example/form"


@pytest.mark.parametrize("url", ["https://evil.example", "//evil", "/a\r\nSet-Cookie: x", "x"])
@pytest.mark.attack(43)
def test_the_way_back_stays_on_this_server(url: str) -> None:
    assert own_path(url) == "/"


def test_a_short_answer_is_its_sentences() -> None:
    card = Card((Text("公開しました", Style.GOOD),))
    assert is_note(card)
    assert not is_note(Card((Text("a"), Actions((Button("b", "b"),)))))
    assert str(note_html(card)) == '<p class="good">公開しました</p>'
