"""The page's own sentences."""

from __future__ import annotations

from bot.views.words import say


def web(locale: str, key: str, **values: object) -> str:
    """The sentence `web.<key>` with its placeholders filled."""
    return say(locale, f"web.{key}", **values)
