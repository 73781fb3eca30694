"""A Teams message as plain text: its body is HTML that people's clients wrote. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

from cases.text import clean

_BREAKS = {"p", "div", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "pre", "hr"}
_HIDDEN = {"script", "style", "attachment", "codeblock-title"}
_REPLY = "http://schema.skype.com/Reply"  # a quoted message: somebody else's words
_HOSTS = (
    "teams.microsoft.com",
    "teams.cloud.microsoft",
    "teams.live.com",
    "gov.teams.microsoft.us",
)
_LINES = re.compile(r"\n{3,}")


def text_of(content: str, kind: str = "html") -> str:
    """What the poster typed; quotes of others and attachments are left out, pictures have none."""
    if kind != "html":
        return clean(content.replace("\u00a0", " "))
    reader = _Reader()
    reader.feed(content)
    reader.close()
    lines = (line.strip() for line in "".join(reader.found).replace("\u00a0", " ").split("\n"))
    return clean(_LINES.sub("\n\n", "\n".join(lines)).strip())


def link_of(url: object) -> str:
    """The way back to a message, where it is one of Teams' own addresses; else empty.

    It comes from the person's client, so that another address could be put there.
    """
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        own = parts.scheme == "https" and parts.netloc in _HOSTS
    except ValueError:
        return ""
    return str(url) if own else ""


class _Reader(HTMLParser):
    """Gathers the text; `deep` counts the open elements within one that is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.hides = ""
        self.deep = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Breaks lines, and begins what is left out."""
        named = dict(attrs)
        if self.hides:
            self.deep += tag == self.hides
        elif tag in _HIDDEN or (tag == "blockquote" and named.get("itemtype") == _REPLY):
            self.hides, self.deep = tag, 1
        elif tag == "br" or tag in _BREAKS:
            self.found.append("\n")
        elif tag == "emoji" or "emoji" in (named.get("itemtype") or "").lower():
            self.found.append(named.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        """Ends a line, or what is left out."""
        if self.hides:
            self.deep -= tag == self.hides
            self.hides = self.hides if self.deep else ""
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        """Takes text; a line break in the source is a space."""
        if not self.hides:
            self.found.append(re.sub(r"\s*\n\s*", " ", data))
