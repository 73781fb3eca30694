"""Short messages: one sentence with perhaps a button, and the notes that the planner sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.views.elements import Actions, Button, Card, Field, Kind, Part, Style, Text
from bot.views.words import quote, say, sentences
from cases.errors import CaseError
from cases.trials import SHOWN_FROM
from cases.vocabulary import content


def note(text: str, *buttons: Button, style: Style = Style.NORMAL) -> Card:
    """One sentence with buttons."""
    parts: list[Part] = [Text(text, style)]
    if buttons:
        parts.append(Actions(buttons))
    return Card(tuple(parts))


def error_card(error: CaseError, locale: str) -> Card:
    """The words of an error by its code; a known detail is shown, never a trace."""
    return note(error_words(error.code, error.detail, locale, **error.values), style=Style.WARN)


def error_words(code: str, detail: str, locale: str, **values: object) -> str:
    """The sentence of a code; a detail that is a field, a role or a key of [wrong] in words."""
    shown = _detail(detail, locale, values)
    return say(locale, f"error.{code}", code=code, detail=shown)


def _detail(detail: str, locale: str, values: Mapping[str, object]) -> str:
    """In words. A value that is errors (all that is weak) is said as theirs."""
    name = detail.split(":")[0]  # `step:0` is a step
    words = sentences(locale)  # looked up, not said: what somebody typed might be a key
    found = [words.get(f"case.{name}"), words.get(f"role.{name}"), words.get(f"wrong.{detail}")]
    shown = next(filter(None, found), detail)
    if not values:
        return shown
    return shown.format(**{key: _value(value, locale) for key, value in values.items()})


def _value(value: object, locale: str) -> object:
    if not isinstance(value, list):
        return value
    return "; ".join(_detail(one.detail, locale, one.values) for one in value)


def intent_card(draft_id: str, locale: str) -> Card:
    """「共有しますか、探しますか」: one tap, nothing typed is lost."""
    return note(
        say(locale, "home.ask_intent"),
        Button(say(locale, "home.ask_share"), "share.as_win", draft_id, primary=True),
        Button(say(locale, "home.ask_find"), "share.find_instead", draft_id),
    )


def alarm_note(contents: Mapping[str, Any], locale: str) -> Card:
    """「予定が終わっていません」: which one, and where 事務局 looks."""
    job = say(locale, f"status.job_{contents['kind']}")
    text = say(locale, "status.alarm", job=job, period=contents["period"])
    show = Button(say(locale, "status.title"), "status.show", primary=True)
    return note(text, show, style=Style.WARN)


def trial_question(contents: Mapping[str, Any], locale: str) -> Card:
    """「その後いかがですか?」 with four answers in one tap."""
    trial_id = contents["trial_id"]
    states = ("worked", "did_not", "later", "closed")
    return Card(
        (
            Text(say(locale, "try.ask"), Style.TITLE),
            Text(say(locale, "try.about", title=contents["title"])),
            Actions(
                tuple(
                    Button(
                        say(locale, f"try.{state}"),
                        "try.answer",
                        f"{trial_id}:{state}",
                        primary=state == "worked",
                    )
                    for state in states
                )
            ),
        )
    )


def impact_note(contents: Mapping[str, Any], locale: str) -> Card:
    """What became of the author's cases: how many tried, how many succeeded, no names."""
    parts: list[Part] = []
    for row in contents["cases"]:
        words = "impact.title" if row["worked"] else "impact.title_tried"
        parts.append(Text(say(locale, words, **row), Style.GOOD))
        parts.append(Text(row["title"], Style.STRONG))
        if row["worked"] >= SHOWN_FROM:
            parts.append(Text(say(locale, "impact.reproduced", **row)))
        parts += [
            Text(say(locale, "impact.condition", note=text), Style.QUIET)
            for text in row["conditions"]
        ]
        full = Button(say(locale, "digest.full"), "case.show", row["case_id"])
        parts.append(Actions((full,)))
    return Card(tuple(parts))


def wish_note(contents: Mapping[str, Any], locale: str) -> Card:
    """To the asker: a case has come; to the answerer: whose question it answered is not said."""
    words = "wish.answered" if contents["to"] == "asker" else "wish.answerer"
    full = Button(say(locale, "digest.full"), "case.show", contents["case_id"], primary=True)
    return note(say(locale, words, theme=contents["theme"]), full, style=Style.GOOD)


def release_note(contents: Mapping[str, Any], locale: str) -> Card:
    """To the author, after review."""
    words = "review.told_released" if contents["released"] else "review.told_back"
    full = Button(say(locale, "digest.full"), "case.show", contents["case_id"])
    return note(say(locale, words, title=contents["title"]), full)


def ask_author_note(contents: Mapping[str, Any], locale: str) -> Card:
    """To the author: a colleague would like to hear more."""
    return note(say(locale, "react.asked_author", **contents))


def wishes_card(wishes: Sequence[Mapping[str, Any]], locale: str) -> Card:
    """All open wishes, oldest first, each with a way to answer."""
    if not wishes:
        return note(say(locale, "wish.empty"))
    parts: list[Part] = [Text(say(locale, "wish.title"), Style.TITLE)]
    for wish in wishes:
        parts.append(Text(quote(locale, str(wish["theme"]))))
        parts.append(Actions((Button(say(locale, "wish.answer"), "wish.answer", str(wish["id"])),)))
    return Card(tuple(parts))


def line_form(
    title: str,
    label: str,
    action: str,
    value: str,
    submit: str,
    key: str = "text",
    text: str = "",
    *,
    limit: int = 500,
) -> Card:
    """A form with one long field, `key`, of at most `limit` characters."""
    field = Field(key, label, Kind.LONG, text, required=True, limit=limit)
    return Card((field,), title=title, submit=Button(submit, action, value, primary=True))


def examples() -> list[dict[str, str]]:
    """The example chips of the first screen, ja and en."""
    rows: list[dict[str, str]] = content("sample/examples.json")["chips"]
    return rows
