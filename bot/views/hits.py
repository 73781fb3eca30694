"""The answer to a search: up to three cases, each with its reason, and an honest label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.views.case import Shown, byline, case_actions, field_rows, heading_parts
from bot.views.elements import Actions, Button, Card, Divider, Facts, Fold, Part, Style, Text
from bot.views.words import quote, say
from cases.chips import Chip
from cases.reasons import Difference
from cases.search import chip_id
from cases.text import shorten
from cases.vocabulary import label, terms

TELL = "find.tell"  # 「みんなに共有」


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A case, the sentence that matched with its marked words, and what fits and what does not."""

    shown: Shown
    reason: str
    marks: tuple[tuple[int, int], ...]
    same: tuple[Chip, ...]
    different: tuple[Difference, ...]
    near: str  # close, loose or none


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of hits. `match` is close, loose or none."""

    match: str
    hits: Sequence[ShownHit]
    chips: Sequence[Chip]
    total: int
    offset: int = 0
    words_only: bool = False
    coaching: str = ""
    search: str = ""  # names the search in its buttons' values
    tell: str = ""  # the value of 「みんなに共有」; empty: there is nobody to share it with
    among_others: bool = False


def answer_card(answer: Answer, locale: str) -> Card:
    """The whole answer; without hits an honest sentence and 求む！事例に出す."""
    parts: list[Part] = [Text(_headline(answer, locale), Style.STRONG)]
    if answer.chips:
        words = " ／ ".join(chip_word(chip, locale) for chip in answer.chips)
        parts.append(Text(say(locale, "find.understood", chips=words), Style.QUIET))
        parts.append(_chip_buttons(answer, locale))
    if answer.words_only:
        parts.append(Text(say(locale, "find.words_only"), Style.QUIET))
    for hit in answer.hits:
        parts += [Divider(), *_hit(hit, locale, loose=answer.match != "close")]
    parts.append(Divider())
    if answer.coaching:
        parts.append(Text(say(locale, "find.coaching", question=answer.coaching), Style.GOOD))
    parts += _ending(answer, locale)
    return Card(tuple(parts))


def told_card(hits: Sequence[ShownHit], lead: str, locale: str) -> Card:
    """The cases of an answer for everybody: reasons and 合っている点, nothing private."""
    parts: list[Part] = [Text(lead, Style.QUIET)]
    for hit in hits:
        parts += [Divider(), *_hit(hit, locale, loose=False)]
    return Card((*parts, Divider(), Text(say(locale, "find.note"), Style.QUIET)))


def chip_word(chip: Chip, locale: str) -> str:
    """A chip's label: 「訪問規制」; the asker's own word where it means several keys."""
    if chip.list_name == "audience" or len(chip.keys) > 1:
        return chip.text
    return key_word(chip.list_name, chip.keys[0], locale)


def key_word(name: str, key: str, locale: str) -> str:
    """A vocabulary label without its bracket, at most 20 characters."""
    return shorten(label(name, key, locale).split("(")[0], 20)


def _headline(answer: Answer, locale: str) -> str:
    number = len(answer.hits)
    if not number:
        return say(locale, "find.none" if not answer.offset else "find.no_more")
    if answer.match == "close":
        return say(locale, "find.found_one" if number == 1 else "find.found", count=number)
    return say(locale, "find.loose", count=number)


def _chip_buttons(answer: Answer, locale: str) -> Actions:
    return Actions(tuple(_without(chip, answer.search, locale) for chip in answer.chips[:5]))


def _without(chip: Chip, search: str, locale: str) -> Button:
    words = say(locale, "find.without", chip=chip_word(chip, locale))
    return Button(words, "find.without", f"{search}#{chip_id(chip)}")


def _hit(hit: ShownHit, locale: str, *, loose: bool) -> list[Part]:
    title, tags, proof = heading_parts(hit.shown, locale)
    parts: list[Part] = [title, *proof]
    parts.append(Facts(((say(locale, "case.result"), hit.shown.case.result),)))
    if hit.reason:
        lead = f"{say(locale, 'find.why')}: "
        marks = tuple((start + len(lead) + 1, end + len(lead) + 1) for start, end in hit.marks)
        parts.append(Text(lead + quote(locale, hit.reason), Style.QUOTE, marks))
    parts += tags
    if loose:
        parts.append(Text(say(locale, "find.loose_label"), Style.QUIET))
    parts += _points(hit, locale)
    rows = field_rows(hit.shown.case, locale, leave_out=("result",))
    rows.append(("", byline(hit.shown, locale)))
    more = say(locale, "case.more")
    show = Button(more, "case.show", hit.shown.case.id)
    parts.append(Fold(more, (Facts(tuple(rows)),), instead=show))
    parts.append(case_actions(hit.shown, locale, listed=True))
    return parts


def _points(hit: ShownHit, locale: str) -> list[Part]:
    """合っている点 and 違う点, in the words of the filters that were understood."""
    parts: list[Part] = []
    if hit.same:
        points = "・".join(chip_word(chip, locale) for chip in hit.same)
        parts.append(Text(say(locale, "find.same", points=points), Style.QUIET))
    if hit.different:
        between = "; " if locale == "en" else " ／ "  # a ・ may stand inside a label
        points = between.join(_difference(one, locale) for one in hit.different)
        parts.append(Text(say(locale, "find.different", points=points), Style.QUIET))
    return parts


def _difference(one: Difference, locale: str) -> str:
    """What the case says instead of a condition, or that it does not say."""
    asked = chip_word(one.chip, locale)
    if not one.instead:
        return say(locale, "find.unspecified", label=asked)
    keys = [key for key in one.instead if key in terms(one.chip.list_name)]
    comma = ", " if locale == "en" else "、"
    words = comma.join(key_word(one.chip.list_name, key, locale) for key in keys[:2])
    return say(locale, "find.instead", label=asked, words=words)


def _ending(answer: Answer, locale: str) -> list[Part]:
    buttons = []
    if answer.offset + len(answer.hits) < answer.total:
        next_page = f"{answer.search}#{answer.offset + len(answer.hits)}"
        buttons.append(Button(say(locale, "find.more"), "find.more", next_page))
    if answer.tell:
        buttons.append(Button(say(locale, "tell.button"), TELL, answer.tell))
    parts: list[Part] = []
    if answer.match != "close":
        parts.append(Text(say(locale, "find.wish_offer"), Style.QUIET))
        buttons.append(
            Button(say(locale, "find.make_wish"), "wish.ask", answer.search, primary=True)
        )
    more = (Button(say(locale, "home.instead_share"), "find.share_instead", answer.search),)
    parts.append(Actions(tuple(buttons), more=more))
    if answer.hits:
        parts.append(Text(say(locale, "find.note"), Style.QUIET))
    if answer.among_others:
        parts.append(Text(say(locale, "tell.follow"), Style.QUIET))
    return parts
