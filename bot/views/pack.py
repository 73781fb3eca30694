"""定例の資料 as a card for chats, with what the printable page holds."""

from __future__ import annotations

from bot.views.elements import Actions, Button, Card, Divider, Part, Style, Text
from bot.views.words import month_words, quote, say
from cases.packs import Pack
from cases.vocabulary import label


def pack_card(pack: Pack, office_id: str, locale: str) -> Card:
    """The whole pack; the link to the page is shown where a page of ours can be opened."""
    office = pack.office_en if locale == "en" else pack.office
    month = month_words(pack.month, locale)
    parts: list[Part] = [
        Text(say(locale, "web.pack_title", office=office, month=month), Style.TITLE)
    ]
    parts += _section(
        "web.pack_cases", [f"{i['title']} — {i['result']}" for i in pack.items], locale
    )
    parts += _section(
        "web.pack_barriers", [label("barriers", key, locale) for key, _ in pack.barriers], locale
    )
    parts += _section(
        "web.pack_wishes", [quote(locale, wish.theme) for wish in pack.wishes], locale
    )
    homework = [f"{row['title']} — {tried_words(row['tried'], locale)}" for row in pack.homework]
    nothing = say(locale, "web.pack_no_homework")
    parts += _section("web.pack_homework", homework or [nothing], locale)
    parts += [Divider(), Text(quote(locale, pack.question[locale]), Style.QUOTE)]
    page = f"/pack/{office_id}/{pack.month}"
    parts.append(Actions((Button(say(locale, "digest.make_pack"), "", url=page),)))
    return Card(tuple(parts))


def tried_words(tried: int | None, locale: str) -> str:
    """How many of the office tried it; no number for an office of few."""
    return say(locale, "web.few") if tried is None else say(locale, "web.pack_tried", count=tried)


def _section(title: str, lines: list[str], locale: str) -> list[Part]:
    numbered = [f"{number}. {line}" for number, line in enumerate(lines, 1)]
    return [Divider(), Text(say(locale, title), Style.STRONG), Text("\n".join(numbered))]
