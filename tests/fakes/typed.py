"""What people may type, and where it comes to on a card: for the fuzz tests of each platform."""

from __future__ import annotations

from collections.abc import Iterator

import regex  # Unicode's own rule of visible characters (\X), as the judge of our cuts
from hypothesis import strategies as st

from bot.views.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Facts,
    Field,
    Fold,
    Kind,
    Style,
    Text,
)

CLUSTERS = (
    "👨‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇯🇵", "🇺🇸", "1️⃣", "e\u0301", "か\u3099", "ｶﾞ", "葛\U000e0100",
    "g" + "\u0308\u0323" * 4, "한", "\u1112\u1161\u11ab", "नि", "\u202e", "\u2066", "\u200b",
    "<!channel>", "<!here|@here>", "<@U024BE7LH>", "<#C024BE7LR|sales>", "<!subteam^S1>",
    "<https://evil.example|社内ポータル>", "&lt;!channel&gt;", "&amp;", "*太字*", "`code`", "```",
    ":skull:", "> 引用", "@channel", "A先生に会えました。", "朝に電話、", "\n", "\r\n", " ",
    "　", "\t", "\x00", "\ufeff", "長い話",
)  # fmt: skip
free = st.one_of(
    st.lists(st.sampled_from(CLUSTERS), max_size=40).map("".join),
    st.lists(st.sampled_from(CLUSTERS), min_size=1, max_size=6).map(
        lambda found: ("".join(found) * 10_000)[:10_000]
    ),
    st.text(max_size=200),
)


def everywhere(text: str) -> Card:
    """One text in every place that a person's words can come to."""
    button = Button(text, "go", "1", primary=True)
    choices = tuple(Choice(str(at), text) for at in range(3))
    lists = (Kind.CHOICE, Kind.CHOICES, Kind.TICKS)
    return Card(
        (
            *(Text(text, style, ((0, 3), (5, 9))) for style in Style),
            Facts(((text, text), ("手段", text))),
            Fold(text, (Text(text), Facts(((text, text),)))),
            Field("line", text, value=text, hint=text, error=text),
            Field("long", text, Kind.LONG, value=text, limit=400),
            *(Field(kind.value, text, kind, choices=choices) for kind in lists),
            Actions((button,) * 3, (button,) * 7),
        ),
        title=text,
        submit=button,
    )


def boundaries(text: str) -> Iterator[int]:
    """Where one visible character ends and the next begins, by Unicode's rule."""
    at = 0
    yield 0
    for found in regex.findall(r"\X", text):
        at += len(found)
        yield at
