"""月次まとめ as a card: one phone screen of text (≤ 1,800 characters) and a button per item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.views.elements import Actions, Button, Card, Divider, Part, Style, Text
from bot.views.words import month_name, quote, say
from cases.fields import VOCABULARY
from cases.text import shorten
from cases.vocabulary import label


def digest_card(
    content: Mapping[str, Any], locale: str, *, shares: bool = True, own: bool = True
) -> Card:
    """The whole digest of one office and month; never empty.

    `shares`: its reader may post to the office's room, and is asked for the next step. `own`: it
    is of the reader's own office, where chat makes the pack; of another one the page makes it.
    """
    office = office_word(content, locale)
    month = month_name(content["month"], locale)
    parts: list[Part] = [Text(say(locale, "digest.title", month=month, office=office), Style.TITLE)]
    if content.get("late"):
        parts.append(Text(say(locale, "digest.late"), Style.QUIET))
    if missed := content.get("missed"):
        words = (", " if locale == "en" else "、").join(month_name(one, locale) for one in missed)
        parts.append(Text(say(locale, "digest.missed", months=words), Style.QUIET))
    parts.append(Text(say(locale, "digest.hello", month=month)))
    parts.append(Text(summary_words(content, locale), Style.QUIET))
    parts.append(
        Text(say(locale, "digest.items", office=office, count=len(content["items"])), Style.STRONG)
    )
    for number, item in enumerate(content["items"], 1):
        parts += [Divider(), *_item(number, item, content, locale, shares=shares)]
    parts.append(Divider())
    parts += [
        Text(say(locale, "digest.question"), Style.STRONG),
        Text(quote(locale, content["question"][locale]), Style.QUOTE),
    ]
    parts += _own(content, office, month, locale)
    parts += _wishes(content, locale)
    if shares:
        parts.append(Text(say(locale, "digest.next_step"), Style.STRONG))
        parts.append(Text(say(locale, f"digest.next_{content['next_step']}")))
    parts.append(Text(say(locale, "digest.care"), Style.QUIET))
    buttons = [_pack(content, locale, own=own)]
    if shares and content["next_step"] == "listen":  # 「2行で書きとめてみてください」
        buttons.insert(0, Button(say(locale, "behalf.title"), "behalf.start"))
    parts.append(Actions(tuple(buttons)))
    return Card(tuple(parts))


def _pack(content: Mapping[str, Any], locale: str, *, own: bool) -> Button:
    words, office_id, month = (
        say(locale, "digest.make_pack"),
        content["office_id"],
        content["month"],
    )
    if own:
        return Button(words, "digest.pack", f"{office_id}:{month}")
    return Button(words, "", url=f"/pack/{office_id}/{month}")


def office_word(content: Mapping[str, Any], locale: str) -> str:
    """The office's name in the reader's language."""
    return str(content["office_en"] if locale == "en" else content["office"])


def summary_words(content: Mapping[str, Any], locale: str) -> str:
    """The 30-second summary."""
    summary = content["summary"]
    month = month_name(content["month"], locale)
    text = say(locale, "digest.summary", month=month, **summary)
    if summary["tried"] is not None:
        text += say(locale, "digest.tried", tried=summary["tried"])
    if summary["worked"] is not None:
        text += say(locale, "digest.worked", worked=summary["worked"])
    if summary["barrier"]:
        barrier = label("barriers", summary["barrier"], locale)
        count = summary["barrier_cases"]
        text += say(locale, "digest.barrier", barrier=barrier, count=count)
    return text


def reason_words(reason: Mapping[str, str], content: Mapping[str, Any], locale: str) -> str:
    """Why this case for this office, from tags of published cases only."""
    kind = reason["kind"]
    words = label(VOCABULARY[kind], reason["key"], locale) if kind in VOCABULARY else ""
    month = month_name(content["month"], locale)
    return say(locale, f"digest.reason_{kind}", label=words, month=month)


def _item(
    number: int, item: Mapping[str, Any], content: Mapping[str, Any], locale: str, *, shares: bool
) -> list[Part]:
    head = f"{number}. {item['title']}"
    if item["lesson"]:
        head += f" — {say(locale, 'case.lesson')}"  # which has brackets of its own
    parts: list[Part] = [Text(head, Style.STRONG)]
    if item["worked"]:
        proof = say(locale, "case.reproduced", worked=item["worked"], offices=item["offices"])
        parts.append(Text(proof, Style.GOOD))
    parts.append(Text(reason_words(item["reason"], content, locale), Style.QUIET))
    parts.append(Text(f"{say(locale, 'case.result')}: {shorten(item['result'], 90)}"))
    hint = item["pitfalls"] if item["lesson"] and item["pitfalls"] else item["tip"]
    if hint:
        words = "case.pitfalls" if hint == item["pitfalls"] else "case.tip"
        parts.append(Text(f"{say(locale, words)}: {shorten(hint, 70)}"))
    share = f"{item['case_id']}:{content['month']}"
    buttons = [
        Button(say(locale, "digest.share_item"), "digest.share_item", share, primary=True),
        Button(say(locale, "digest.full"), "case.show", item["case_id"]),
        Button(say(locale, "try.start"), "try.start", item["case_id"]),
    ]
    parts.append(Actions(tuple(buttons if shares else buttons[1:])))
    return parts


def _own(content: Mapping[str, Any], office: str, month: str, locale: str) -> list[Part]:
    """The office beside the median: no numbers for an office of few (domain.md §10.1)."""
    parts: list[Part] = [Text(say(locale, "digest.own", office=office, month=month), Style.STRONG)]
    if content["small"] or "posted" not in content:  # made before figures were of five or more
        return [*parts, Text(say(locale, "digest.own_small"))]
    if not content.get("posted"):
        return [*parts, Text(say(locale, "digest.own_empty", month=month))]
    figures = ("published", "tried")
    if all(content["own"][key] is None for key in figures):  # 「公開 少数／試してみる 少数」
        return [*parts, Text(say(locale, "digest.own_small"))]
    told = [_figure(content["own"], key, locale) for key in figures]
    return [*parts, Text(say(locale, "digest.between").join(told))]


def _figure(own: Mapping[str, Any], key: str, locale: str) -> str:
    """「公開 7件(営業所の中央値 4件)」, or 「少数」."""
    count, middle = own[key], own[f"{key}_median"]
    if count is None:
        return say(locale, f"digest.own_{key}", count=say(locale, "web.few"))
    shown = say(locale, "digest.times", count=f"{count:g}")
    if middle is not None:
        shown += say(locale, "digest.median", count=f"{middle:g}")
    return say(locale, f"digest.own_{key}", count=shown)


def _wishes(content: Mapping[str, Any], locale: str) -> list[Part]:
    parts: list[Part] = []
    for wish in content["wishes"]:
        parts.append(Text(say(locale, "digest.wishes"), Style.STRONG))
        parts.append(Text(quote(locale, wish["theme"])))
        answer = Button(say(locale, "digest.wish_answer"), "wish.answer", wish["id"])
        parts.append(Actions((answer,)))
    return parts
