"""公開後の抜き取り: the offer to read, one case of the sample, and what it found."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.elements import Actions, Button, Card, Part, Style, Text
from bot.views.review import Reviewed, review_card
from bot.views.words import month_words, say
from cases.second_look import Result


def offer_parts(due: Sequence[Result], locale: str) -> list[Part]:
    """Each month's sample, as a line with its button in the queue of reviewers."""
    parts: list[Part] = []
    for one in due:
        begin = Button(say(locale, "second_look.begin"), "second.begin", one.month)
        parts += [Text(say(locale, "second_look.offer", **_counts(one, locale))), Actions((begin,))]
    return parts


def case_card(one: Reviewed, result: Result, locale: str) -> Card:
    """One released case to read once more, with the two words that a reviewer may say."""
    body = [part for part in review_card(one, locale).parts if not isinstance(part, Actions)]
    value = f"{result.month}:{one.id}"
    fine = Button(say(locale, "reviewing.fine"), "second.fine", value, primary=True)
    missed = Button(say(locale, "second_look.missed"), "second.missed", value)
    words = say(locale, "second_look.one", number=result.read + 1, count=result.drawn)
    return Card((Text(words, Style.STRONG), *body, Actions((fine, missed))))


def result_words(found: Sequence[Result], locale: str) -> list[tuple[str, str]]:
    """A row for each month that was drawn: how much was read, and what had been missed."""
    return [
        (
            say(locale, "second_look.month", month=month_words(one.month, locale)),
            say(locale, "second_look.result", **_counts(one, locale)),
        )
        for one in found
    ]


def done_words(result: Result, locale: str) -> str:
    """Said when nobody has anything left to read, or only others have."""
    name = "second_look.others" if result.open else "second_look.done"
    return say(locale, name, **_counts(result, locale))


def _counts(one: Result, locale: str) -> dict[str, object]:
    return {
        "month": month_words(one.month, locale),
        "released": one.released,
        "drawn": one.drawn,
        "read": one.read,
        "missed": one.missed,
    }
