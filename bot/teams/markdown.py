"""Keeps people's text literal in places where Teams reads Markdown (platforms.md §1.5)."""

from __future__ import annotations

import re

from cases.text import clean

_SPECIAL = re.compile(r"([\\\[\]()*_~#<>|`])")
_ENTITY = re.compile(r"&(?=#|\w+;)")
_BULLET = re.compile(r"^(\s*)([-+=])", re.MULTILINE)
_NUMBER = re.compile(r"^(\s*\d+)\.", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]{4,}", re.MULTILINE)
_NEWLINES = re.compile(r"\n+")
_FORMULA = re.compile(r"\{(?=\{\s*(?:DATE|TIME)\s*\()", re.IGNORECASE)


def escaped(text: str) -> str:
    """The text for a TextBlock or a FactSet: no links, lists, emphasis or entities come of it.

    A line break becomes a paragraph, because Markdown swallows a single one.
    """
    text = _INDENT.sub("   ", plain(text))
    text = _ENTITY.sub(r"\\&", _SPECIAL.sub(r"\\\1", text))
    text = _NUMBER.sub(r"\1\\.", _BULLET.sub(r"\1\\\2", text))
    return _NEWLINES.sub("\n\n", text)


def plain(text: str) -> str:
    """The text for a TextRun or a button, which know no Markdown.

    Cards still compute `{{DATE(…)}}` there: an invisible joiner between the braces stops it.
    """
    return _FORMULA.sub("{\u2060", clean(text))


def titled(text: str) -> str:
    """The text for a label or a choice. Some clients read Markdown there and others do not,
    so a backslash could show: brackets become full-width, which kills links and nothing else.
    """
    return plain(text).replace("[", "［").replace("]", "］").replace("\n", " ")


def literal(text: str) -> str:
    """The text for one line of a thumbnail card, where clients read some HTML and Markdown and
    show backslashes: what could begin a tag, a link or an entity becomes full-width.
    """
    return titled(text).replace("<", "＜").replace(">", "＞").replace("&", "＆")
