"""添付文書・資材が変わった: the form, the cases that are meant, the question, the readers' mark."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.views.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Divider,
    Field,
    Fold,
    Kind,
    Part,
    Style,
    Text,
)
from bot.views.notes import note
from bot.views.words import quote, say
from cases import months, revisions
from cases.models.case import Case
from cases.revisions import LONGEST, WHAT, Change
from cases.text import shorten
from cases.vocabulary import label, terms

CHOSEN = 30  # cases of a preview that may be left out one by one
MORE = 100  # titles below them; the others are only counted
ASKED = 8  # cases on one card: a row of buttons each
TITLE = 60  # characters of a title in a list


def start_button(locale: str) -> Button:
    """「添付文書・資材が変わった」, for those who may say so."""
    return Button(say(locale, "revision.title"), "revision.start")


def form(given: Mapping[str, Any], today: date, locale: str, wrong: str = "") -> Card:
    """What changed, from which day on, and by what its cases are known; `wrong`: which field."""
    kinds = tuple(Choice(one, say(locale, f"revision.{one}")) for one in WHAT)
    errors = {wrong: say(locale, f"revision.wrong_{wrong}")} if wrong else {}
    fields = (
        Field(
            "what", say(locale, "revision.what"), Kind.CHOICE, _one(given, "what") or WHAT[0],
            kinds, required=True, error=errors.get("what", ""),
        ),
        Field(
            "word", say(locale, "revision.word"), Kind.LINE, _one(given, "word"), limit=LONGEST,
            hint=say(locale, "revision.word_hint"),
            error=errors.get("word", "") or errors.get("by", ""),
        ),
        *(_list(name, given, locale) for name in revisions.LISTS),
        Field(
            "since", say(locale, "revision.since"), Kind.DATE,
            _one(given, "since") or today.isoformat(), required=True,
            error=errors.get("since", ""),
        ),
    )  # fmt: skip
    lead = Text(say(locale, "revision.lead"), Style.QUIET)
    submit = Button(say(locale, "revision.look"), "revision.look", primary=True)
    return Card((lead, *fields), title=say(locale, "revision.screen"), submit=submit)


def _one(given: Mapping[str, Any], key: str) -> str:
    return str(given.get(key) or "")


def _list(name: str, given: Mapping[str, Any], locale: str) -> Field:
    choices = tuple(Choice(key, term.label(locale)) for key, term in terms(name).items())
    chosen = tuple(one for one in given.get(name) or () if isinstance(one, str))
    return Field(name, say(locale, f"revision.{name}"), Kind.CHOICES, chosen, choices)


def preview_card(change: Change, cases: Sequence[Case], locale: str) -> Card:
    """How many cases are meant, in how many offices, which ones; nothing has happened yet."""
    offices = len({case.office_id for case in cases})
    count = say(locale, "revision.meant", count=len(cases), offices=offices)
    shown = [Choice(case.id, shorten(case.title, TITLE)) for case in cases[:CHOSEN]]
    parts: list[Part] = [
        Text(change_words(change, locale), Style.STRONG),
        Text(count),
        Text("\n".join(f"・{one.label}" for one in shown)),
    ]
    rest = [f"・{shorten(case.title, TITLE)}" for case in cases[CHOSEN : CHOSEN + MORE]]
    if rest:
        half = (Text("\n".join(rest[:50])), *((Text("\n".join(rest[50:])),) * (len(rest) > 50)))
        parts.append(Fold(say(locale, "revision.rest", count=len(cases) - CHOSEN), half))
    parts += [
        Field("left_out", say(locale, "revision.left_out"), Kind.CHOICES, (), tuple(shown)),
        Text(say(locale, "revision.what_happens"), Style.QUIET),
    ]
    submit = Button(say(locale, "revision.name"), "revision.name", packed(change), primary=True)
    return Card(tuple(parts), title=say(locale, "revision.screen"), submit=submit)


def packed(change: Change) -> str:
    """The change as the value of a button; `Fields` again with `unpacked`."""
    lists = [
        [tag.partition(":")[2] for tag in change.tags if tag.startswith(f"{name}:")]
        for name in revisions.LISTS
    ]
    row = [change.what, change.since.isoformat(), change.word, *lists]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def unpacked(value: str) -> dict[str, Any]:
    """What was packed; {} for a value that nobody packed."""
    try:
        given = json.loads(value)
    except ValueError:
        return {}
    keys = ("what", "since", "word", *revisions.LISTS)
    return dict(zip(keys, given, strict=False)) if isinstance(given, list) else {}


def change_words(change: Change, locale: str) -> str:
    """「添付文書の改訂 2026/11/23〜: 「ABC錠」、循環器」."""
    words = [quote(locale, change.word)] if change.word else []
    tags = [tag.partition(":") for tag in change.tags]
    words += [label(name, key, locale) for name, _, key in tags]
    day = f"{change.since:%Y/%-m/%-d}"
    between = say(locale, "vacant.between")
    return say(
        locale, "revision.named", what=say(locale, f"revision.{change.what}"), day=day,
        by=between.join(words),
    )  # fmt: skip


def named_card(asked: int, authors: int, left: int, locale: str) -> Card:
    """What happened: so many cases are marked, so many authors will be asked."""
    done = say(locale, "revision.done", count=asked, authors=authors)
    parts: list[Part] = [Text(done, Style.GOOD)]
    if left:
        parts += left_card(left, locale).parts
    return Card(tuple(parts))


def left_card(count: int, locale: str) -> Card:
    """「お聞きできる方のいない事例」, and the way to decide."""
    show = Button(say(locale, "revision.decide"), "revision.left", primary=True)
    return note(say(locale, "revision.left", count=count), show)


def mark(case: Case, locale: str) -> list[Text]:
    """「添付文書の改訂にともない確認中（11/23）」, for everybody who reads the case."""
    if not revisions.in_question(case) or case.doubted_at is None:
        return []
    day = months.day_of(case.doubted_at)
    words = say(locale, f"revision.mark_{revisions.what_of(case)}", day=f"{day.month}/{day.day}")
    return [Text(words, Style.WARN)]


def question_card(content: Mapping[str, Any], cases: Sequence[Case], locale: str) -> Card:
    """To the author: what changed, and each case with 今も有効・直す・取り下げる."""
    if content["part"] == "left":
        return left_card(content["count"], locale)
    if not cases:
        return note(say(locale, "revision.answered"))
    what = say(locale, f"revision.{content['what']}")
    word = content["word"]
    word = say(locale, "revision.of", word=quote(locale, word)) if word else ""
    since = date.fromisoformat(content["since"])
    lead = say(
        locale, f"revision.{content['part']}", what=what, word=word,
        day=f"{since.month}/{since.day}",
    )  # fmt: skip
    last = date.fromisoformat(content["until"])
    why = say(locale, "revision.why", day=f"{last.month}/{last.day}")
    return own_card(cases, locale, Text(lead, Style.STRONG), Text(why, Style.QUIET))


def own_card(cases: Sequence[Case], locale: str, lead: Text, *ending: Text) -> Card:
    """One's own cases in question, each with its three answers; the others come after these."""
    parts: list[Part] = [lead]
    for case in cases[:ASKED]:
        yes = Button(say(locale, "valid.yes"), "revision.yes", case.id, primary=True)
        edit = Button(say(locale, "share.edit"), "share.edit_case", case.id)
        back = Button(say(locale, "share.withdraw"), "share.withdraw", case.id)
        parts += [Divider(), Text(case.title), Actions((yes, edit, back))]
    if len(cases) > ASKED:
        more = say(locale, "revision.more", count=len(cases) - ASKED)
        parts += [Divider(), Text(more, Style.QUIET)]
    return Card((*parts, Divider(), *ending) if ending else tuple(parts))


def deciding_card(cases: Sequence[Case], offices: Mapping[str, str], locale: str) -> Card:
    """To those who name changes: cases whose authors cannot be asked, one after the other."""
    if not cases:
        return note(say(locale, "revision.none_left"), style=Style.GOOD)
    parts: list[Part] = [Text(say(locale, "revision.left", count=len(cases)), Style.STRONG)]
    for case in cases[:ASKED]:
        yes = Button(say(locale, "valid.yes"), "revision.stand_for", case.id, primary=True)
        read = Button(say(locale, "digest.full"), "review.open", case.id)
        back = Button(say(locale, "share.withdraw"), "review.withdraw_form", case.id)
        where = Text(offices.get(case.office_id or "", "—"), Style.QUIET)
        parts += [Divider(), Text(case.title), where, *mark(case, locale)]
        parts.append(Actions((yes, read, back)))
    if len(cases) > ASKED:
        more = say(locale, "revision.more", count=len(cases) - ASKED)
        parts += [Divider(), Text(more, Style.QUIET)]
    return Card(tuple(parts))
