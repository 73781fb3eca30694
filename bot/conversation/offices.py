"""「営業所」: people and promoters of each for 事務局; the own office for everybody else."""

from __future__ import annotations

from bot.conversation.turn import Turn
from bot.views.elements import Actions, Button, Card, Facts, Part, Style, Text
from bot.views.notes import note
from bot.views.words import say
from cases import offices, rights
from cases.errors import NotFound
from cases.members import shown_name
from cases.offices import Standing
from cases.rights import Action


async def show(turn: Turn, value: str = "") -> None:
    """All offices in the roster's order, never by a figure; vacancies are named first."""
    if not rights.may(turn.scope, Action.ROSTER):
        await _own(turn)
        return
    async with turn.transaction() as shelf:
        found = await offices.standings(shelf)
        parts: list[Part] = [Text(turn.words("offices.title"), Style.TITLE)]
        if not found:
            parts.append(Text(turn.words("offices.none")))
        vacant = [one.office.name for one in found if one.promoter is None]
        if vacant:
            names = ", ".join(vacant)
            parts.append(Text(turn.words("roster.vacant", names=names), Style.WARN))
        for region in dict.fromkeys(one.office.region for one in found):
            if region:
                parts.append(Text(region, Style.STRONG))
            mine = [one for one in found if one.office.region == region]
            parts.append(Facts(tuple((one.office.name, _words(one, turn.locale)) for one in mine)))
        buttons = (
            Button(turn.words("roster.title"), "roster.show"),
            Button(turn.words("rooms.title"), "room.list"),
        )
        turn.say(Card((*parts, Actions(buttons))))


def _words(one: Standing, locale: str) -> str:
    """「12名 ・ 主 加藤 恵 ・ 副 なし ・ 部屋あり」."""
    nobody = say(locale, "roster.nothing")
    vacant = say(locale, "offices.vacant")
    room = "offices.room" if one.has_room else "offices.no_room"
    return say(
        locale,
        "offices.line",
        count=one.people,
        main=one.promoter.name if one.promoter else vacant,
        deputy=one.deputy.name if one.deputy else nobody,
        room=say(locale, room),
    )


async def _own(turn: Turn) -> None:
    """Whom to ask in one's own office."""
    async with turn.transaction() as shelf:
        me = await shelf.people.member(turn.scope.me)
        office = await shelf.people.office(me.office_id if me else None)
        if office is None:
            raise NotFound
        seat = await shelf.people.promoter(office.id)
        names = []
        for member_id in (seat.member_id, seat.deputy_id) if seat else ():
            member = await shelf.people.member(member_id or "")
            if member is not None:
                names.append(shown_name(member, turn.locale))
        promoters = "、".join(names) or turn.words("offices.vacant")
        turn.say(note(turn.words("offices.own", office=office.name, names=promoters)))
