"""Both languages say the same things: the same keys, and the same placeholders in each sentence."""

import ast
import re
import string
from pathlib import Path

import pytest

from bot.views.elements import Style, Text
from bot.views.notes import error_card, error_words
from bot.views.words import locale_of, quote, say, sentences
from cases.roles import LastOne

JA, EN = sentences("ja"), sentences("en")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(JA) == list(EN)


def test_each_sentence_has_the_same_placeholders_in_both_languages() -> None:
    assert [key for key in JA if placeholders(JA[key]) != placeholders(EN[key])] == []


def test_a_quotation_inside_a_quotation_has_marks_of_its_own() -> None:
    assert quote("ja", "「会えますか」ではなく") == "「『会えますか』ではなく」"
    assert quote("en", "“Can we meet?” is not it") == "““Can we meet?” is not it”"


def test_no_sentence_is_empty() -> None:
    assert not [key for key, text in {**JA, **EN}.items() if not text.strip()]


# Sentences by the code of an error, the key of a field or of a list, or a number.
BUILT = (
    "case.",
    "error.E-",
    "scope.",
    "digest.reason_",
    "guard.about_",
    *(f"holds.{start}_" for start in ("open", "remind", "rule", "state", "sum", "title", "told")),
    "digest.own_",
    "rights.",
    "role.",
    "revision.mark_",
    "revision.wrong_",
    "roster.deed_",
    "names.done_",
    "names.older_",
    "reviewing.as_",
    "reviewing.office_",
    "reviewing.sees_",
    "reviewing.told_",
    "roster.duty_",
    "roster.fetch_",
    "roster.field_",
    "roster.what_",
    "people.chats_",
    "rooms.state_",
    "rules.",
    "sending.kind_",
    "sending.why_",
    "status.job_",
    "status.tick_",
    "tour.",
)
STARTS = (  # one sentence for each of a few names
    *("ask", "do", "menu", "next", "sort", "thanks"),
    *("cal", "opt", "reason", "rule", "state", "val", "why"),
)


def test_every_sentence_is_said_somewhere() -> None:
    root = Path(__file__).parents[2]
    files = [one for name in ("bot", "cases", "scheduler") for one in (root / name).rglob("*.*")]
    text = "".join(one.read_text() for one in files if one.suffix in (".py", ".html"))
    said = set(re.findall(r"""["']([\w.]+)["']""", text))
    said |= {f"{start}_{name}" for start in STARTS for name in said}
    said |= {f"{name}_{end}" for end in ("label", "hint") for name in said}
    keys = [key for key in JA if not key.startswith(BUILT)]
    assert [key for key in keys if not {key, key.split(".")[1]} & said] == []


# Keys of the conversation's own fields: a form shows its sentence, or the page the name.
FIELDS = {"by", "emoji", "heard_on", "office", "since", "what", "word"}


def test_what_cannot_be_read_is_said_by_a_key_with_its_values_and_never_by_a_phrase() -> None:
    root = Path(__file__).parents[2]
    used = set()
    for file in (
        one for name in ("bot", "cases", "scheduler") for one in (root / name).rglob("*.py")
    ):
        for call in ast.walk(ast.parse(file.read_text())):
            if not (isinstance(call, ast.Call) and call.args and isinstance(call.func, ast.Name)):
                continue
            if call.func.id not in ("BadInput", "CannotStart", "OnHold"):
                continue
            place, detail = f"{file.name}:{call.lineno}", call.args[0]
            if not isinstance(detail, ast.Constant):  # a field's label or key, or what was typed
                assert file.parent.name == "conversation", place
            elif detail.value not in FIELDS:
                key = f"wrong.{detail.value}"
                given = {str(word.arg) for word in call.keywords}
                assert (key in JA, given) == (True, placeholders(JA[key])), place
                used.add(key)
    assert used == {key for key in JA if key.startswith("wrong.")}


def test_japanese_is_not_left_in_the_english_sentences() -> None:
    assert [key for key, text in EN.items() if locale_of(text) == "ja"] == []


def test_an_unknown_locale_speaks_japanese() -> None:
    assert say("fr", "review.title") == "確認待ち"


def test_an_unknown_key_is_an_error_and_not_an_empty_sentence() -> None:
    with pytest.raises(KeyError):
        say("ja", "home.nowhere")


def test_the_last_one_with_a_role_is_told_in_words() -> None:
    ja, en = (error_card(LastOne("hq_admin"), locale).parts[0] for locale in ("ja", "en"))
    assert ja == Text(
        "最後のひとりです(事務局)。先にほかの方へ役割をつけてください(コード E-31)。", Style.WARN
    )
    assert isinstance(en, Text)
    assert en.text.startswith("That is the last one (Head office).")
    assert error_words("E-03", "step:0", "ja") == error_words("E-03", "step", "ja")
