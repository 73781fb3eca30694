"""定例の資料 as a card: 事例3・課題3・求む事例3・前回の宿題, where there is no printable page."""

from __future__ import annotations

from bot.views.elements import Actions, Button, Card, Part, Style, Text
from bot.views.words import quote, say
from cases.packs import Pack
from cases.vocabulary import label


def pack_card(pack: Pack, locale: str, url: str = "") -> Card:
    """The whole page as text; `url` adds a link to the printable one."""
    office = pack.office_en if locale == "en" else pack.office
    month = int(pack.month[5:])
    parts: list[Part] = [Text(say(locale, "pack.title", office=office, month=month), Style.TITLE)]
    if url:
        parts.append(Actions((Button(say(locale, "pack.print"), "", url=url, primary=True),)))
    cases = [f"{item['title']} — {item['result']}" for item in pack.items]
    barriers = [
        say(locale, "pack.barrier", barrier=label("barriers", key, locale), count=count)
        for key, count in pack.barriers
    ]
    wishes = [quote(locale, wish.theme) for wish in pack.wishes]
    homework = [say(locale, "pack.tried", **item) for item in pack.homework]
    for key, lines in (
        ("cases", cases),
        ("barriers", barriers),
        ("wishes", wishes),
        ("homework", homework),
    ):
        parts.append(Text(say(locale, f"pack.{key}"), Style.STRONG))
        parts += [Text(f"{n}. {line}") for n, line in enumerate(lines, 1)]
        if not lines:
            parts.append(Text(say(locale, "pack.nothing"), Style.QUIET))
    parts.append(Text(quote(locale, pack.question[locale]), Style.QUOTE))
    return Card(tuple(parts))
