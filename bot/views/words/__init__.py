"""Every sentence the bot says: `ja.toml` first, `en.toml` second, same keys and placeholders."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files

from cases.text import is_japanese

LOCALES = ("ja", "en")
INNER = str.maketrans("「」", "『』")


@cache
def sentences(locale: str) -> dict[str, str]:
    """All sentences of a locale by `section.key`; an unknown locale speaks Japanese."""
    name = locale if locale in LOCALES else "ja"
    raw = files("bot").joinpath("views", "words", f"{name}.toml").read_text(encoding="utf-8")
    return {
        f"{section}.{key}": text
        for section, rows in tomllib.loads(raw).items()
        for key, text in rows.items()
    }


def say(locale: str, key: str, **values: object) -> str:
    """The sentence `key` with its placeholders filled. Raises KeyError for an unknown key."""
    return sentences(locale)[key].format(**values)


def month_name(month: str, locale: str) -> str:
    """The month of `2026-10` alone: 10 (before 月) or October."""
    return say(locale, "digest.months").split()[int(month[5:]) - 1]


def month_words(month: str, locale: str) -> str:
    """2026年10月 for `2026-10`, or October 2026."""
    return say(locale, "digest.month", year=month[:4], month=month_name(month, locale))


def day_words(day: date, locale: str) -> str:
    """11/5(木), or Thu 5 Nov in English."""
    weekday = say(locale, "web.weekdays").split()[day.weekday()]
    month = say(locale, "web.months").split()[day.month - 1]
    return say(locale, "web.day", month=month, day=day.day, weekday=weekday)


def quote(locale: str, text: str) -> str:
    """The text in the quotation marks of the language, at the same places: 「『…』…」 inside."""
    if locale == "en":
        return f"\u201c{text}\u201d"
    return f"「{text.translate(INNER)}」"


def locale_of(text: str) -> str:
    """The language to answer a question in: Japanese if it holds kana or kanji."""
    return "ja" if is_japanese(text) else "en"
