"""A person's own page, made anew whenever it is opened or something on it has changed."""

from __future__ import annotations

from bot.conversation.drafts import begun
from bot.conversation.events import Fields
from bot.conversation.find import start
from bot.conversation.try_it import WAITING, trying
from bot.conversation.turn import Turn
from bot.views.elements import Card
from bot.views.home import Begun, Own, Page, Trying, home_card
from bot.views.words import say
from cases import digests, members, months, rights, sign_in, trials
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Case
from cases.models.org import Member
from cases.rights import Action
from cases.text import clean
from cases.vocabulary import GONE, Status

DRAFTS, CASES, TRIALS = 5, 10, 5  # of each at most; the words 下書き and 試している事例 list all


async def page(shelf: Shelf, member: Member, *, apart: bool = True) -> Card:
    """The page of the acting member: only their own, and what they may see. `apart`: Slack shows
    it beside the chat."""
    return home_card(
        Page(
            name=members.shown_name(member, member.locale),
            drafts=await _drafts(shelf, member.locale),
            cases=await _cases(shelf, member),
            trials=await _trials(shelf, member),
            digest=await _digest(shelf, member),
            rests=_rests(shelf, member),
            holds=len(await shelf.holds.by_author(member.id)),
            pages=await sign_in.is_used(shelf),
            questions=len(await shelf.keeping.in_question(member.id)),
        ),
        member.locale,
        apart=apart,
    )


async def show(turn: Turn) -> None:
    """「ホーム」: the page as a message, where the platform has no place of its own for it."""
    async with turn.transaction() as shelf:
        member = await shelf.people.member(turn.speaker.member_id)
        if member is None:
            raise NotFound
        turn.say(await page(shelf, member, apart=False))


async def search(turn: Turn, filled: Fields) -> None:
    """「探す」 on the page: the answer comes as a message."""
    await start(turn, clean(str(filled.get("query") or "")))


async def _drafts(shelf: Shelf, locale: str) -> list[Begun]:
    return [begun(row, locale) for row in (await shelf.cases.drafts())[:DRAFTS]]


async def _cases(shelf: Shelf, member: Member) -> list[Own]:
    mine = [case for case in await shelf.cases.by_author(member.id) if _shown(case)][:CASES]
    results = await trials.reproductions(shelf, {case.id: case.author_id for case in mine})
    return [
        Own(
            case_id=case.id,
            title=case.title,
            status=say(member.locale, f"case.{_scope(case)}"),
            tried=results[case.id].tried,
            worked=results[case.id].worked,
        )
        for case in mine
    ]


def _shown(case: Case) -> bool:
    return case.status not in GONE


def _scope(case: Case) -> str:
    return "company_wide" if case.status is Status.COMPANY else "office_only"


async def _trials(shelf: Shelf, member: Member) -> list[Trying]:
    mine = [one for one in await shelf.loop.trials_by(member.id) if one.state in WAITING]
    rows = await shelf.cases.many(one.case_id for one in mine)
    found = [one for one in mine if one.case_id in rows][:TRIALS]
    return [trying(one, rows[one.case_id].title) for one in found]


async def _digest(shelf: Shelf, member: Member) -> dict[str, object] | None:
    """The newest one of the office, as it may be shown now."""
    if member.office_id is None or not rights.has(shelf.scope.roles, Action.SHARE_DIGEST):
        return None
    rows = await shelf.talks.digests(member.office_id)
    if not rows:
        return None
    return (await digests.current(shelf, member.office_id, rows[0].month)).content


def _rests(shelf: Shelf, member: Member) -> str:
    """Until when nothing unsolicited comes; empty without a break."""
    until = member.paused_until
    if until is not None and months.day_of(shelf.now) < until:
        return say(member.locale, "page.rests", date=f"{until.month}/{until.day}")
    return say(member.locale, "page.quiet") if member.quiet_since else ""
