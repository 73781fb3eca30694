"""確認待ち: what a reviewer reads of a text, and the buttons of what they can do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.views.case import FOLDED, SHOWN, Shown, byline, case_card, kind_words
from bot.views.elements import (
    Actions,
    Button,
    Card,
    Divider,
    Fold,
    Part,
    Style,
    Text,
)
from bot.views.places import reviewer_parts
from bot.views.preview import marks_of
from bot.views.revisions import mark
from bot.views.words import quote, say
from cases import fields
from cases.fields import keys_of
from cases.vocabulary import label

MOST_SPANS = 6  # found places that have a button of their own


@dataclass(frozen=True, slots=True)
class Span:
    """A place that the guard finds in the text as it is now: field, code points, its words."""

    field: str
    start: int
    end: int
    rule: str
    words: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A text as a reviewer meets it. `mark`: of what is read. `reach`: where it is or waits for.

    `rules` are those that fired when its author sent it, `days` how long it has waited.
    """

    id: str
    shown: Shown
    mark: str
    reach: str  # draft: nobody sees it; waiting: its office; out: the company, or it waits no more
    days: int
    rules: tuple[str, ...]
    own: bool = False
    spans: tuple[Span, ...] = ()
    near: tuple[tuple[str, str, bool], ...] = ()  # id, title, whether it waits too

    @property
    def value(self) -> str:
        """What the buttons carry."""
        return f"{self.id}:{self.mark}"


def rule_name(rule: str, locale: str) -> str:
    """A rule in words."""
    return say(locale, f"rules.{rule}")


def queue_card(
    rows: Sequence[Reviewed], total: int, imports: int, locale: str, *, later: int = 0
) -> Card:
    """What waits, oldest first, each as colleagues would see it; many imports in one line.

    `later`: how many wait behind these, one tap away.
    """
    parts: list[Part] = [Text(say(locale, "review.title"), Style.TITLE)]
    if not rows and not imports:
        parts = [Text(say(locale, "review.empty"))]
    elif rows:
        parts.append(Text(say(locale, "review.count", count=total), Style.QUIET))
    if imports:
        parts += imports_parts(imports, locale)
    for row in rows:
        parts += [Divider(), *waiting_parts(row, locale)]
    if rows and later:
        more = Button(say(locale, "review.later", count=later), "review.queue", rows[-1].id)
        parts += [Divider(), Actions((more,))]
    return Card(tuple(parts))


def imports_parts(imports: int, locale: str) -> list[Part]:
    """Imports are sampled, not listed."""
    draw = Button(say(locale, "reviewing.draw"), "review.draw", primary=True)
    return [Text(say(locale, "reviewing.imports", count=imports)), Actions((draw,))]


def waiting_parts(row: Reviewed, locale: str) -> list[Part]:
    """One text of the queue with how long it has waited, what was found, and its buttons."""
    read = Button(say(locale, "reviewing.open"), "review.open", row.id)
    card = case_card(row.shown, locale)
    parts: list[Part] = [
        replace(one, instead=read) if isinstance(one, Fold) else one
        for one in card.parts
        if not isinstance(one, Actions)
    ]
    parts += status_parts(row, locale)
    return [*parts, Actions((*_deciding(row, locale), read))]


def status_parts(row: Reviewed, locale: str) -> list[Part]:
    """Who sees it now, how long it waits, and what the guard found when it was sent."""
    parts: list[Part] = []
    if row.reach == "draft":
        parts.append(Text(say(locale, "reviewing.unseen"), Style.STRONG))
    if row.days:
        parts.append(Text(say(locale, "review.waiting", days=row.days), Style.QUIET))
    if row.rules:
        found = say(locale, "reviewing.comma").join(rule_name(one, locale) for one in row.rules)
        parts.append(Text(say(locale, "reviewing.found", rules=found), Style.QUIET))
    return parts


def _deciding(row: Reviewed, locale: str) -> tuple[Button, ...]:
    """One tap each; none for one's own text."""
    if row.own or row.reach == "out":
        return ()
    release = Button(say(locale, "review.release"), "review.release", row.value, primary=True)
    if row.reach == "draft":
        return release, Button(say(locale, "reviewing.to_office"), "review.to_office", row.value)
    return release, Button(say(locale, "review.give_back"), "review.give_back", row.id)


def review_card(row: Reviewed, locale: str, notice: str = "") -> Card:
    """One text in full, the found places marked, what is like it beside, and every button."""
    parts: list[Part] = [Text(notice, Style.GOOD)] if notice else []
    parts += [Text(row.shown.case.title, Style.TITLE, marks_of(row.shown.case.title))]
    if kinds := kind_words(row.shown.case, locale):
        parts.append(Text(" ／ ".join(kinds), Style.QUIET))
    parts += mark(row.shown.case, locale)
    parts += _texts(row, locale)
    parts.append(Text(byline(row.shown, locale), Style.QUIET))
    parts += status_parts(row, locale)
    parts += near_parts(row, locale)
    if row.own:
        return Card((*parts, Text(say(locale, "reviewing.own"), Style.WARN)))
    parts += _spans(row, locale)
    texts = list(fields.texts(fields.values_of(row.shown.case)).values())
    parts += reviewer_parts(row.value, texts, locale)
    decide, back = _deciding(row, locale), _going_back(row, locale)
    mask = Button(say(locale, "reviewing.mask_words"), "review.mask_form", row.value)
    more = [*_wrong_rules(row, locale)]
    if row.reach != "draft":
        more.append(Button(say(locale, "share.withdraw"), "review.withdraw_form", row.id))
    return Card((*parts, Divider(), Actions((*decide, *back, mask), more=tuple(more))))


def _going_back(row: Reviewed, locale: str) -> tuple[Button, ...]:
    if row.reach == "out":
        return ()
    return (Button(say(locale, "reviewing.back"), "review.back_form", row.id),)


def _texts(row: Reviewed, locale: str) -> list[Part]:
    """Every filled field, with masks and found places marked where they stand."""
    case = row.shown.case
    texts = {key: getattr(case, key, "") for key in FOLDED} | dict(case.details)
    named = [(key, say(locale, f"case.{key}"), str(texts[key])) for key in FOLDED if texts.get(key)]
    if case.voice:
        named.insert(0, ("voice", say(locale, "case.voice"), case.voice))
    for number, step in enumerate(case.steps):
        label_ = f"{say(locale, 'case.steps')} {number + 1}"
        named.append((f"step:{number}", label_, str(step["text"])))
    parts: list[Part] = [_marked(row, *one) for one in named]
    tags = [
        label(name, key, locale)
        for field, name in SHOWN.items()
        if field != "channels"
        for key in keys_of(case, field)
    ]
    return [*parts, Text(" ／ ".join(tags), Style.QUIET)] if tags else parts


def _marked(row: Reviewed, key: str, named: str, text: str) -> Text:
    lead = f"{named}: "
    places = [*marks_of(text), *((one.start, one.end) for one in row.spans if one.field == key)]
    marks = tuple(sorted((start + len(lead), end + len(lead)) for start, end in places))
    return Text(lead + text, marks=marks)


def near_parts(row: Reviewed, locale: str) -> list[Part]:
    """「似た事例があります」, each with a way to read it."""
    parts: list[Part] = [Text(say(locale, "reviewing.near"), Style.STRONG)] if row.near else []
    for case_id, title, waits in row.near:
        words = say(locale, "reviewing.near_waits", title=title) if waits else title
        action = "review.open" if waits else "case.show"
        read = Button(say(locale, "digest.full"), action, case_id)
        parts += [Text(words), Actions((read,))]
    return parts


def _spans(row: Reviewed, locale: str) -> list[Part]:
    """One tap hides one found place."""
    if not row.spans:
        return []
    buttons = tuple(
        Button(
            say(locale, "reviewing.mask_span", words=quote(locale, one.words[:30])),
            "review.mask",
            f"{row.value}:{one.start}:{one.end}:{one.field}",
        )
        for one in row.spans[:MOST_SPANS]
    )
    rules = dict.fromkeys(rule_name(one.rule, locale) for one in row.spans)
    now = say(locale, "reviewing.found_now", rules=say(locale, "reviewing.comma").join(rules))
    return [Divider(), Text(now, Style.WARN), Actions(buttons)]


def _wrong_rules(row: Reviewed, locale: str) -> list[Button]:
    return [
        Button(
            say(locale, "rules.false_of", rule=rule_name(rule, locale)),
            "rules.false_alarm",
            f"{row.id}:{rule}",
        )
        for rule in row.rules
    ]
