"""体験ツアー: five steps through the loop, and the sample company's own date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import get_args

from bot.web.back import Moved, Step
from bot.web.visit import Visit
from cases.errors import BadInput, NotAllowed

# Who acts in a step and which example goes into the box; in the last two steps the date moves
# and a mailbox is opened. People are named by their place in the switch: MR, promoter, manager.
STEPS = {1: (0, "0"), 2: (2, "1"), 3: (1, "2"), 4: (1, ""), 5: (1, "")}
MOVES = {4: "two_weeks", 5: "digest"}


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip as the first screen shows it. `then` is the way on for steps with a person."""

    day: date
    step: int
    who: str
    then: str
    by: str
    moved: str


async def strip(visit: Visit) -> Strip | None:
    """The strip at the step of the page's address; None where there is no tour.

    It goes from person to person, so there is none where people sign in.
    """
    if visit.signed_in:
        return None
    day = await visit.house.back.today(visit.scope.company_id)
    if day is None:
        return None
    query = visit.request.query
    step = int(query["step"]) if query.get("step") in list("12345") else 1
    place, example = STEPS.get(step, (-1, ""))
    who = visit.people[place].member_id if 0 <= place < len(visit.people) else ""
    then = f"/?step={step}&try={example}" if example else "/mailbox"
    return Strip(day, step, who, then, MOVES.get(step, ""), _moved(visit))


async def move(visit: Visit, by: str) -> Moved:
    """Moves the date by one step of the strip. Raises BadInput for another one, or NotAllowed."""
    if visit.signed_in:
        raise NotAllowed("by")
    for step in get_args(Step):
        if by == step:
            return await visit.house.back.move(visit.scope.company_id, step)
    raise BadInput("by")


def _moved(visit: Visit) -> str:
    """What the last move brought, in words; empty when nothing was moved."""
    query = visit.request.query
    try:
        day, came = date.fromisoformat(query.get("day", "")), int(query.get("came", ""))
    except ValueError:
        return ""
    return visit.words("tour.moved", date=visit.day(day), count=came)
