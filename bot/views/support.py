"""サポート閲覧: the form with the reason, the text for a short while, and what others are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.views.case import Shown, byline, field_rows, heading
from bot.views.elements import Actions, Button, Card, Divider, Facts, Field, Kind, Part, Style, Text
from bot.views.notes import note
from bot.views.words import say
from cases.months import JST
from cases.support import LEAST, MOST

CASE = 200  # characters of an address


def form_card(locale: str, case: str = "", reason: str = "", error: str = "") -> Card:
    """Which case and why; who will be told stands above the button."""
    return Card(
        (
            Text(say(locale, "support.title"), Style.TITLE),
            Text(say(locale, "support.lead"), Style.WARN),
            Field(
                "case", say(locale, "support.case"), Kind.LINE, case, required=True, limit=CASE,
                hint=say(locale, "support.case_hint"),
            ),
            Field(
                "reason", say(locale, "support.reason"), Kind.LONG, reason, required=True,
                limit=MOST, hint=say(locale, "support.reason_hint", least=LEAST), error=error,
            ),
            Actions((Button(say(locale, "support.read"), "support.read", primary=True),)),
        )
    )  # fmt: skip


def text_card(shown: Shown, until: datetime, locale: str, *, closes: bool) -> Card:
    """The case as colleagues read it, without their buttons. `closes`: it stands among messages."""
    rows = field_rows(shown.case, locale)
    if shown.case.voice:
        rows.insert(0, (say(locale, "case.voice"), shown.case.voice))
    parts: list[Part] = [
        Text(say(locale, "support.until", time=clock(until)), Style.WARN),
        *heading(shown, locale),
        Facts(tuple(rows)),
        Text(byline(shown, locale), Style.QUIET),
    ]
    if closes:
        parts.append(Actions((_button("close", shown.case.id, locale),)))
    return Card(tuple(parts), title=say(locale, "support.title"))


def again_card(case_id: str, until: datetime, locale: str, words: str) -> Card:
    """In the place of the text: how long, and the button that shows it once more."""
    text = say(locale, f"support.{words}", time=clock(until))
    return note(text, _button("again", case_id, locale))


def shown_for(card: Card) -> str:
    """The case whose text the card shows for support; empty for other cards."""
    rows = [part for part in card.parts if isinstance(part, Actions)]
    found = (one.value for row in rows for one in row.buttons if one.action == "support.close")
    return next(found, "")


def told_card(content: Mapping[str, Any], locale: str, *, reads: bool) -> Card:
    """Who read which case, when and why. Its title is said to the author alone."""
    words = "support.told_author" if content["title"] else "support.told_office"
    told = {"name": content["name"], "title": content["title"], "time": content["at"]}
    rows = ("case_number", content["about"]), ("reason", content["reason"])
    parts: list[Part] = [
        Text(say(locale, words, **told), Style.STRONG),
        Facts(tuple((say(locale, f"support.{key}"), text) for key, text in rows)),
        Text(say(locale, "support.told_what"), Style.QUIET),
    ]
    if reads:
        full = Button(say(locale, "digest.full"), "case.show", content["about"])
        parts.append(Actions((full,)))
    return Card(tuple(parts))


def log_card(rows: Sequence[tuple[datetime, str, str, str]], locale: str) -> Card:
    """The newest readings: when, who, which case and why."""
    parts: list[Part] = [Text(say(locale, "support.log_title"), Style.TITLE)]
    if not rows:
        parts.append(Text(say(locale, "support.log_none")))
    for at, name, case_id, reason in rows:
        parts += [Divider(), Text(f"{moment(at)} {name}", Style.STRONG)]
        facts = ("case_number", case_id), ("reason", reason)
        parts.append(Facts(tuple((say(locale, f"support.{key}"), text) for key, text in facts)))
    return Card(tuple(parts))


def clock(at: datetime) -> str:
    """「16:40」 in Tokyo."""
    return f"{at.astimezone(JST):%H:%M}"


def moment(at: datetime) -> str:
    """「11/05 16:10」 in Tokyo."""
    return f"{at.astimezone(JST):%m/%d %H:%M}"


def _button(key: str, case_id: str, locale: str) -> Button:
    return Button(say(locale, f"support.{key}"), f"support.{key}", case_id)
