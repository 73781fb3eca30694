"""A page as its reader sees it: texts in lines, buttons, and what its forms send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from tests.drivers.screen import Fields, Key, Screen

VOID = frozenset("br hr img input link meta rect".split())
BLOCKS = frozenset(
    "article blockquote button dd div dl fieldset h1 h2 h3 h4 label legend li p section summary"
    " td th tr ul".split()
)


@dataclass(eq=False)
class Node:
    """An element, or with tag "" a text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Node] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str, **wanted: str) -> Iterator[Node]:
        """Every element below with this tag, whose attributes hold these words."""
        for node in self.inside:
            held = {name: node.attributes.get(name, "").split() for name in wanted}
            if node.tag == tag and all(word in held[name] for name, word in wanted.items()):
                yield node
            yield from node.all(tag, **wanted)

    def one(self, tag: str, **wanted: str) -> Node:
        """The only one. Raises ValueError when there is another number of them."""
        (found,) = self.all(tag, **wanted)
        return found

    def lines(self) -> str:
        """What is read, one line for each block."""
        rows = [row.strip() for row in self._read().splitlines()]
        return "\n".join(row for row in rows if row)

    def html(self) -> str:
        """The element as it was written."""
        if not self.tag:
            return escape(self.text, quote=False)
        held = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        inner = "".join(node.html() for node in self.inside)
        return f"<{self.tag}{held}>{inner}" + ("" if self.tag in VOID else f"</{self.tag}>")

    def _read(self) -> str:
        if not self.tag:
            return self.text.replace("\n", " ")
        inner = "".join(node._read() for node in self.inside)
        if self.tag == "dt":
            return f"\n{inner}: "
        if self.tag == "dd":
            return f"{inner}\n"
        return f"\n{inner}\n" if self.tag in BLOCKS else inner


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(Node("", text=data))


def read(html: str) -> Node:
    """The page as a tree. Raises AssertionError for elements that are not closed in order."""
    reader = _Reader()
    reader.feed(html)
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is never closed"
    return reader.open[0]


def screen_of(article: Node, place: str) -> Screen:
    """A card of a page; its keys hold what its buttons post or where its links lead."""
    keys = [_key(node) for node in article.all("button", name="press")]
    keys += [Key(node.lines(), "", node.attributes["href"], node) for node in article.all("a")]
    return Screen(article.lines(), tuple(keys), article, place)


def _key(button: Node) -> Key:
    _row, action, value = button.attributes["value"].split(" ", 2)
    return Key(button.lines(), action, value, button)


def filled(form: Node, fields: Fields | None = None) -> list[tuple[str, str]]:
    """What a browser posts of a form, with other choices where `fields` (by key) makes them."""
    found = []
    for node in _inputs(form):
        name = node.attributes.get("name", "")
        chosen = (fields or {}).get(name.partition(".")[2]) if name[:2] in ("f.", "l.") else None
        found += [(name, value) for value in _values(node, chosen)] if name else []
    return found


def _inputs(form: Node) -> Iterator[Node]:
    for tag in ("input", "textarea", "select"):
        yield from form.all(tag)


def _values(node: Node, chosen: str | list[str] | None) -> list[str]:
    value = node.attributes.get("value", "")
    kind = node.attributes.get("type", node.tag)
    if kind in ("checkbox", "radio"):
        ticked = value in ([chosen] if isinstance(chosen, str) else chosen or [])
        if chosen is None:
            ticked = "checked" in node.attributes
        return [value] if ticked else []
    if kind == "hidden":
        return [value]
    if chosen is not None:
        return [chosen] if isinstance(chosen, str) else chosen
    if kind == "select":
        options = list(node.all("option"))
        first = [one for one in options if "selected" in one.attributes] or options[:1]
        return [one.attributes["value"] for one in first]
    return [node._read().strip("\n") if kind == "textarea" else value]
