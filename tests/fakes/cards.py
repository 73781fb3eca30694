"""Any card, for Hypothesis, and hostile texts: what every platform's converter has to survive."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.views.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Divider,
    Facts,
    Field,
    Fold,
    Kind,
    Style,
    Text,
)

FAMILY = "👨‍👩‍👧‍👦"
HOSTILE = (
    "<!channel> <@U0001> <https://evil.example|safe> &amp; *b* _i_ ~s~ `c` > q",
    "あ" * 200,
    FAMILY * 40,
    "\u202eabc\u2066\u200f",
    "",
    " \n ",
    "\ud800 \x00",
)
LONG = ("あ" * 10_000, FAMILY * 1_500, "🇯🇵👍🏽e\u0301" * 1_500)
words = st.one_of(st.text(max_size=60), st.sampled_from(HOSTILE))
long_words = st.one_of(words, words, words, st.sampled_from(LONG))
keys = st.text("abcdefghijklmnopqrstuvwxyz._", min_size=1, max_size=40)
buttons = st.builds(
    Button,
    label=words,
    action=keys,
    value=st.one_of(st.text(max_size=20), st.just("v" * 1_000)),
    primary=st.booleans(),
    url=st.sampled_from(["", "", "http://127.0.0.1/case"]),
)
texts = st.builds(
    Text,
    text=long_words,
    style=st.sampled_from(Style),
    marks=st.lists(st.tuples(st.integers(-2, 90), st.integers(-2, 90)), max_size=4).map(tuple),
)
facts = st.builds(Facts, rows=st.lists(st.tuples(words, words), max_size=6).map(tuple))
choices = st.builds(Choice, value=st.text(min_size=1, max_size=70), label=words)
dividers = st.builds(Divider)
fields = st.builds(
    Field,
    key=keys,
    label=words,
    kind=st.sampled_from(Kind),
    value=st.one_of(long_words, st.lists(words, max_size=3).map(tuple)),
    choices=st.one_of(
        st.lists(choices, max_size=6).map(tuple),
        st.just(tuple(Choice(str(at), f"第{at}営業所") for at in range(230))),
    ),
    required=st.booleans(),
    limit=st.integers(0, 5_000),
    hint=words,
    error=words,
)
actions = st.builds(
    Actions,
    buttons=st.lists(buttons, max_size=6).map(tuple),
    more=st.lists(buttons, max_size=7).map(tuple),
)
folds = st.builds(
    Fold, title=words, parts=st.lists(st.one_of(texts, facts, dividers), max_size=4).map(tuple)
)
parts = st.one_of(texts, texts, facts, dividers, actions, fields, folds)
cards = st.builds(
    Card,
    parts=st.one_of(
        st.lists(parts, max_size=6).map(tuple),
        st.lists(parts, min_size=1, max_size=2).map(lambda some: tuple(some) * 40),
    ),
    title=words,
    submit=st.one_of(st.none(), buttons),
)
