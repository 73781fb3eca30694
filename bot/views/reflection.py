"""振り返り as cards: the question, the thanks, and what colleagues answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.views.elements import Actions, Button, Card, Part, Style, Text
from bot.views.notes import note
from bot.views.words import quote, say
from cases.reflections import bank

MINE = 10  # answers with a button each: more come as these are taken back


def question_card(content: Mapping[str, Any], locale: str) -> Card:
    """One question, four quick answers, one line, and three ways out."""
    row = content["reflection_id"]
    parts: list[Part] = [Text(say(locale, "reflect.hello"))]
    if content.get("title"):
        parts.append(Text(say(locale, "reflect.about_trial", title=content["title"])))
    parts.append(Text(question_words(content["prompt"], locale), Style.TITLE))
    if content.get("habit") == "passing":
        parts.append(Text(say(locale, "reflect.what_helps"), Style.QUIET))
    taps = tap_words(content["prompt"], locale)
    if taps:
        parts.append(
            Actions(
                tuple(
                    Button(tap, "reflect.tap", f"{row}:{number}") for number, tap in enumerate(taps)
                )
            )
        )
    parts.append(
        Actions(
            (
                Button(say(locale, "reflect.write"), "reflect.write", row, primary=True),
                Button(say(locale, "reflect.pass"), "reflect.pass", row),
                Button(say(locale, "reflect.later"), "reflect.later", row),
            ),
            more=(Button(say(locale, "reflect.pause"), "reflect.pause"),),
        )
    )
    parts.append(Text(say(locale, "reflect.privacy"), Style.QUIET))
    return Card(tuple(parts))


def shared_card(row: str, locale: str) -> Card:
    """Said once it is shared, with the way back."""
    back = Button(say(locale, "reflect.unshare"), "reflect.unshare", row)
    return note(say(locale, "reflect.shared"), back)


def mine_parts(shared: Sequence[tuple[str, str]], locale: str) -> list[Part]:
    """What its reader shows to others, as (id, text), each with the way back."""
    parts: list[Part] = [Text(say(locale, "reflect.mine"), Style.STRONG)] if shared else []
    for row, text in shared[:MINE]:
        parts.append(Text(quote(locale, text), Style.QUOTE))
        parts.append(Actions((Button(say(locale, "reflect.unshare"), "reflect.unshare", row),)))
    return parts


def quiet_card(locale: str) -> Card:
    """Said once after three questions without an answer, with the way back."""
    back = Button(say(locale, "reflect.come_back"), "reflect.resume", primary=True)
    return Card((Text(say(locale, "reflect.quiet")), Actions((back,))))


def question_words(prompt: str, locale: str) -> str:
    """The question of a prompt; a trial's question is always the same one."""
    if prompt.startswith("trial:"):
        return say(locale, "reflect.trial_question")
    return str(bank()[prompt]["en" if locale == "en" else "ja"])


def tap_words(prompt: str, locale: str) -> list[str]:
    """The four quick answers; none for a trial."""
    if prompt.startswith("trial:"):
        return []
    return list(bank()[prompt]["taps_en" if locale == "en" else "taps"])


def thanks_card(row: str, others: Sequence[tuple[str, str]], locale: str) -> Card:
    """Thanks, up to two shared answers as (text, office), and what to do with one's own."""
    parts: list[Part] = [Text(say(locale, "reflect.thanks"))]
    if others:
        parts.append(Text(say(locale, "reflect.others"), Style.STRONG))
        parts += [Text(f"{quote(locale, text)} — {office}", Style.QUOTE) for text, office in others]
    parts.append(
        Actions(
            (
                Button(say(locale, "reflect.to_case"), "reflect.to_case", row, primary=True),
                Button(say(locale, "reflect.share_answer"), "reflect.share", row),
                Button(say(locale, "reflect.keep"), "reflect.keep", row),
            )
        )
    )
    return Card(tuple(parts))
