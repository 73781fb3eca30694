"""From case rows to what a reader is shown: office and author words, 再現, the reader's part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.views.case import Shown, case_card
from bot.views.elements import Card
from bot.views.words import say
from cases import members, rights, trials
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Case
from cases.models.org import Office
from cases.rights import Action
from cases.vocabulary import Status


async def shown(shelf: Shelf, cases: Sequence[Case], locale: str) -> list[Shown]:
    """The cases as the acting member sees them, in the same order.

    The author's name is left out where the author chose 「営業所名だけ」 (decision 23).
    """
    results = await trials.reproductions(shelf, {case.id: case.author_id for case in cases})
    me = shelf.scope.member_id
    mine = await shelf.loop.trials_by(me) if me else []
    trying = {trial.case_id for trial in mine}
    found = []
    for case in cases:
        office = await shelf.people.office(case.office_id)
        author = await shelf.people.member(case.author_id) if case.show_author else None
        found.append(
            Shown(
                case=case,
                office=office_word(office, locale),
                author=members.shown_name(author, locale) if case.show_author else "",
                result=results[case.id],
                mine=case.author_id == me,
                trying=case.id in trying,
                reviews=rights.may(shelf.scope, Action.CHANGE),
                pulls=_pulls(shelf, case),
            )
        )
    return found


def _pulls(shelf: Shelf, case: Case) -> bool:
    """Reviewers have their own screen for it."""
    if case.status is not Status.OFFICE or rights.may(shelf.scope, Action.CHANGE):
        return False
    own, where = case.author_id, case.office_id
    return rights.may(shelf.scope, Action.PULL_BACK, owner=own, office=where)


async def visible(shelf: Shelf, case_id: str) -> Case:
    """A case that the acting member may see. Raises NotAllowed, NotFound."""
    rights.need(shelf, Action.SEARCH, case_id)
    case = await shelf.cases.get(case_id)
    if case is None:
        raise NotFound
    return case


async def for_room(shelf: Shelf, case_id: str, office_id: str) -> Case:
    """A case that all who read along in the office's room may see, as the acting member does.

    One's own may lie in an office that one has left. Raises NotAllowed, NotFound.
    """
    case = await visible(shelf, case_id)
    everybody = await members.reader(shelf, office_id=office_id)
    if await shelf.cases.seen_by(everybody).get(case.id) is None:
        raise NotFound
    return case


async def for_colleagues(shelf: Shelf, case: Case, lead: str) -> tuple[str, Card, str]:
    """For a room: the sentence `lead` with who posts it, the case as every colleague sees it, and
    the company's language, in which both are."""
    locale = (await shelf.people.company()).locale
    name = members.shown_name(await shelf.people.member(shelf.scope.me), locale)
    view = replace(
        (await shown(shelf, [case], locale))[0],
        mine=False,
        trying=False,
        reviews=False,
        pulls=False,
    )
    return say(locale, lead, name=name), case_card(view, locale), locale


def office_word(office: Office | None, locale: str) -> str:
    """An office's name in the reader's language; a dash for none."""
    if office is None:
        return "—"
    return office.name_en if locale == "en" and office.name_en else office.name
