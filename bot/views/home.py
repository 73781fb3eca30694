"""A person's own page: what they wrote, what became of it, what they try, and where to begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.views.elements import Actions, Button, Card, Divider, Field, Part, Style, Text
from bot.views.sign_in import offer
from bot.views.words import month_name, say
from cases.text import shorten

SEARCH = "home.find"  # 「探す」 beside the field `query`
MINE = "holds.mine"  # 「止めた投稿」
ASKED = "revision.mine"  # 「確認のお願い」
LINE = 60  # characters of a title in a list


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft by its first words: `asked` when another wrote it for the person, `waits` when a
    reviewer has it, `held` when it was stopped (it is answered, not thrown away)."""

    draft_id: str
    words: str
    asked: bool = False
    waits: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """A published case of the person's: its status as words, and who tried it."""

    case_id: str
    title: str
    status: str
    tried: int
    worked: int


@dataclass(frozen=True, slots=True)
class Trying:
    """A trial without a result; `asked_on`: when 「その後いかがですか?」 comes, as M/D."""

    trial_id: str
    case_id: str
    title: str
    asked_on: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on it. `digest`: this month's, for promoters. `rests`: words of a break."""

    name: str
    drafts: Sequence[Begun]
    cases: Sequence[Own]
    trials: Sequence[Trying]
    digest: Mapping[str, Any] | None
    rests: str = ""
    holds: int = 0  # stopped posts that wait for the person's answer or a decision
    pages: bool = False  # the company has pages to sign in to
    questions: int = 0  # own cases that a change outside put in question


def home_card(page: Page, locale: str, *, apart: bool = True) -> Card:
    """The page; lists that are empty say so once, in one line. `apart`: it is not in the chat."""
    start: tuple[Button, ...] = (
        Button(say(locale, "home.ask_share"), "share.start", primary=True),
        Button(say(locale, "greet.do_reflect"), "reflect.start"),
        Button(say(locale, "help.title"), "help.show"),
        Button(say(locale, "profile.title"), "profile.show"),
    )
    if page.pages:
        start += (offer(locale),)
    parts: list[Part] = [
        Text(say(locale, "page.title", name=page.name), Style.TITLE),
        Actions(start),
        Field("query", say(locale, "page.query"), limit=200),
        Actions((Button(say(locale, "home.ask_find"), SEARCH),)),
    ]
    if apart:
        parts.append(Text(say(locale, "page.answers"), Style.QUIET))
    parts += _rest(page, locale)
    if page.holds:
        words = say(locale, "holds.on_home", count=page.holds)
        parts += [Text(words, Style.WARN), Actions((Button(say(locale, "holds.title"), MINE),))]
    if page.questions:
        words = say(locale, "revision.on_home", count=page.questions)
        parts += [
            Text(words, Style.WARN),
            Actions((Button(say(locale, "revision.own_do"), ASKED),)),
        ]
    parts += _drafts(page, locale)
    parts += _cases(page, locale)
    parts += _trials(page, locale)
    parts += _digest(page, locale)
    return Card(tuple(parts))


def _rest(page: Page, locale: str) -> list[Part]:
    if not page.rests:
        return [Actions((Button(say(locale, "reflect.pause"), "reflect.pause"),))]
    resume = Button(say(locale, "profile.resume"), "reflect.resume")
    return [Text(page.rests, Style.STRONG), Actions((resume,))]


def _drafts(page: Page, locale: str) -> list[Part]:
    if not page.drafts:
        return []
    parts = _head("share.drafts", locale)
    for one in page.drafts:
        parts += begun_parts(one, locale)
    return parts


def begun_parts(one: Begun, locale: str) -> list[Part]:
    """A draft in a list, and what can be done with it."""
    parts: list[Part] = [Text(shorten(one.words, LINE))]
    if one.waits:
        parts.append(Text(say(locale, "reviewing.waits"), Style.QUIET))
    action = "behalf.show" if one.asked else "share.resume"
    second = Button(say(locale, "share.drop"), "share.drop", one.draft_id)
    if one.held:
        parts.append(Text(say(locale, "holds.held_draft"), Style.QUIET))
        second = Button(say(locale, "holds.title"), MINE)
    return [*parts, Actions((Button(say(locale, "share.resume"), action, one.draft_id), second))]


def _cases(page: Page, locale: str) -> list[Part]:
    parts = _head("page.cases", locale)
    if not page.cases:
        parts.append(Text(say(locale, "page.no_cases"), Style.QUIET))
    for own in page.cases:
        parts.append(Text(shorten(own.title, LINE)))
        parts.append(Text(own.status, Style.QUIET))
        if own.worked:
            words = say(locale, "impact.title", tried=own.tried, worked=own.worked)
            parts.append(Text(words, Style.GOOD))
        elif own.tried:
            parts.append(Text(say(locale, "impact.title_tried", tried=own.tried), Style.GOOD))
        show = Button(say(locale, "case.more"), "case.show", own.case_id)
        edit = Button(say(locale, "share.edit"), "share.edit_case", own.case_id)
        parts.append(Actions((show, edit)))
    return parts


def _trials(page: Page, locale: str) -> list[Part]:
    if not page.trials:
        return []
    parts = _head("try.list", locale)
    for one in page.trials:
        parts.append(Text(shorten(one.title, LINE)))
        parts += waits(one, locale)
    return parts


def waits(one: Trying, locale: str) -> list[Part]:
    """When a trial's question comes, and its answer for whoever knows it now."""
    answers = tuple(
        Button(say(locale, f"try.{state}"), "try.answer", f"{one.trial_id}:{state}")
        for state in ("worked", "did_not")
    )
    show = Button(say(locale, "case.more"), "case.show", one.case_id)
    asked_on = say(locale, "page.asked_on", date=one.asked_on)
    return [Text(asked_on, Style.QUIET), Actions((*answers, show))]


def _digest(page: Page, locale: str) -> list[Part]:
    if page.digest is None:
        return []
    month, office = month_name(page.digest["month"], locale), page.digest["office"]
    if locale == "en":
        office = page.digest["office_en"]
    parts: list[Part] = [Divider()]
    parts.append(Text(say(locale, "digest.title", month=month, office=office), Style.STRONG))
    for item in page.digest["items"]:
        value = f"{item['case_id']}:{page.digest['month']}"
        share = Button(say(locale, "digest.share_item"), "digest.share_item", value)
        full = Button(say(locale, "digest.full"), "case.show", item["case_id"])
        parts += [Text(shorten(item["title"], LINE)), Actions((share, full))]
    listen = Button(say(locale, "behalf.title"), "behalf.start")
    parts.append(Actions((Button(say(locale, "page.digest"), "digest.show"), listen)))
    return parts


def _head(key: str, locale: str) -> list[Part]:
    return [Divider(), Text(say(locale, key), Style.STRONG)]
