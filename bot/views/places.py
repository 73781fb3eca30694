"""One tap for the type and size of a masked facility: 「ある病院」→「ある基幹病院(400床以上)」."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.elements import Actions, Button, Part, Style, Text
from bot.views.words import quote, say
from cases import places
from cases.verdicts import Place
from cases.vocabulary import label

MOST = 2  # questions on one card; the next one comes after an answer


def author_parts(draft_id: str, found: Sequence[Place], locale: str) -> list[Part]:
    """The facilities without type and size, each with its taps; and the way back."""
    parts: list[Part] = []
    asked = [(at, one) for at, one in enumerate(found) if _open(one)]
    for at, one in asked[:MOST]:
        many = sum(_open(other) and other.mask == one.mask for other in found) > 1
        words = "places.ask_nth" if many else "places.ask"
        nth = sum(other.mask == one.mask for other in found[: at + 1])
        lead = say(locale, words, place=quote(locale, one.mask), nth=nth)
        parts += _offer(lead, one.mask, "share.place", f"{draft_id}:{at}", locale)
    if any(one.key for one in found):
        back = Button(say(locale, "places.back"), "share.place", f"{draft_id}::")
        parts.append(Actions((back,)))
    return parts


def reviewer_parts(value: str, texts: Sequence[str], locale: str) -> list[Part]:
    """The same for whoever reviews the text: of the first mask that says no type and size.

    `value`: what the card's buttons carry.
    """
    parts: list[Part] = []
    for mask in places.standing(texts)[:1]:
        lead = say(locale, "places.ask", place=quote(locale, mask))
        number = list(places.OPTIONS).index(mask)
        parts += _offer(lead, mask, "review.place", f"{value}:{number}", locale)
    return parts


def _open(one: Place) -> bool:
    return not one.key and one.mask in places.OPTIONS


def _offer(lead: str, mask: str, action: str, value: str, locale: str) -> list[Part]:
    taps = tuple(
        Button(label("facilities", key, locale), action, f"{value}:{key}")
        for key in places.OPTIONS[mask]
    )
    return [Text(lead, Style.QUIET), Actions(taps)]
