"""A member's settings in chat: language, name, a break, own hours, the day of the questions."""

from __future__ import annotations

from datetime import date

from bot.conversation.events import Fields
from bot.conversation.turn import Turn
from bot.views.settings import ANY, saved_card, settings_card
from cases import marks, members, months, rights
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.org import Member
from cases.rights import Action

HOURS = tuple(f"{half // 2:02d}:{half % 2 * 30:02d}" for half in range(17, 37))  # 08:30–18:00
LONGEST_BREAK = 366  # days


async def show(turn: Turn, value: str = "") -> None:
    """What can be set."""
    async with turn.transaction() as shelf:
        member = await _me(turn, shelf)
        emoji = await _emoji(turn, shelf)
        turn.say(settings_card(member, HOURS, asked=members.is_mr(member), emoji=emoji))


async def save(turn: Turn, filled: Fields) -> None:
    """Keeps what was chosen; a break that cannot be is said at its field, and nothing is kept."""
    async with turn.transaction() as shelf:
        member = await _me(turn, shelf)
        until, wrong = _pause(turn, filled, months.day_of(shelf.now), member.paused_until)
        if wrong or not _hours_fit(filled):
            wrong = wrong or turn.words("profile.hours_wrong")
            asked = members.is_mr(member)
            emoji = await _emoji(turn, shelf)
            turn.replace(settings_card(member, HOURS, asked=asked, error=wrong, emoji=emoji))
            return
        if "emoji" in filled:
            await marks.choose_emoji(shelf, str(filled["emoji"]))
        await members.speak(shelf, str(filled.get("locale") or turn.locale))
        member.paused_until = until
        before, shows = member.show_name, filled.get("show_author")
        if shows in ("yes", "no"):
            member.show_name = shows == "yes"
        _keep_times(member, filled)
        older = await _older(shelf, member) if before is not None else 0
        turn.replace(saved_card(member, older if member.show_name != before else 0))


def _pause(turn: Turn, filled: Fields, today: date, before: date | None) -> tuple[date | None, str]:
    """The first day with messages again (None: no break), and what is wrong with it."""
    if "paused_until" not in filled:
        return before, ""
    typed = str(filled["paused_until"]).strip()
    if not typed:
        return None, ""
    try:
        until = date.fromisoformat(typed)
    except ValueError:
        return None, turn.words("profile.pause_wrong")
    if until == before or 0 < (until - today).days <= LONGEST_BREAK:
        return until, ""
    return None, turn.words("profile.pause_wrong")


def _hours_fit(filled: Fields) -> bool:
    """True where no hours are sent, or hours that hold at least one hour between them."""
    first, last = str(filled.get("window_from", "")), str(filled.get("window_until", ""))
    if not first and not last:
        return True
    known = first in HOURS and last in HOURS
    return known and HOURS.index(last) - HOURS.index(first) > 1


def _keep_times(member: Member, filled: Fields) -> None:
    first, last = str(filled.get("window_from", "")), str(filled.get("window_until", ""))
    if first and last:
        whole = (first, last) == (HOURS[0], HOURS[-1])
        member.window_from, member.window_until = (None, None) if whole else (first, last)
    day = str(filled.get("question_day", ""))
    if day == ANY or day in list("01234"):
        member.question_day = None if day == ANY else int(day)
    wants = filled.get("wants")
    if isinstance(wants, list):
        member.wants_digest = "digest" in wants
        if members.is_mr(member):
            member.wants_questions = "questions" in wants
            member.wants_nudges = "nudges" in wants


async def _older(shelf: Shelf, member: Member) -> int:
    """Published cases of the member that show the name in the other way."""
    cases = await shelf.cases.by_author(member.id)
    return sum(case.show_author != bool(member.show_name) for case in cases)


async def _emoji(turn: Turn, shelf: Shelf) -> str | None:
    """The company's emoji, for 事務局; None for everybody else."""
    if not rights.may(turn.scope, Action.SETTINGS):
        return None
    return marks.emoji_of((await shelf.people.company()).settings)


async def _me(turn: Turn, shelf: Shelf) -> Member:
    member = await shelf.people.member(turn.scope.me)
    if member is None:
        raise NotFound
    return member
