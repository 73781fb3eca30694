"""試してみる, 14 days later: 「その後いかがですか?」, and once more after 「まだ試していない」."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from cases import members
from cases.db import Shelf
from cases.models.loop import Trial
from cases.models.org import Member
from cases.trials import ASKS
from cases.vocabulary import TrialState
from scheduler import calendar as dates
from scheduler.budget import over_budget
from scheduler.job import Mailing, Message, Turn, each_business_day
from scheduler.recheck import is_paused
from scheduler.rules import Option, at_time, time_of


def due_on(turn: Turn, trial: Trial) -> date | None:
    """The day on which the trial is asked about next; None when it is not asked any more."""
    if trial.state is TrialState.OPEN and trial.asked == 0:
        return _after(turn, trial.opened_at)
    if trial.state is TrialState.LATER and trial.asked < ASKS and trial.answered_at is not None:
        return _after(turn, trial.answered_at)
    return None


def _after(turn: Turn, moment: datetime) -> date:
    days = turn.settings.get("days", dates.TRIAL_DAYS)
    return dates.trial_due(turn.calendar, dates.local_date(moment, turn.zone), days)


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """One trial per person at most, oldest first; without room this week it waits."""
    found: list[Message] = []
    asked: set[str] = set()
    for trial in await shelf.loop.open_trials():
        due = due_on(turn, trial)
        if due is None or due > turn.today or trial.member_id in asked:
            continue
        if not await _has_room(shelf, turn, trial):
            continue
        asked.add(trial.member_id)
        trial.asked, trial.asked_at = trial.asked + 1, shelf.now
        found.append(
            Message(
                key=f"{trial.id}:{trial.asked}",
                member_id=trial.member_id,
                content={"trial_id": trial.id, "case_id": trial.case_id},
                case_ids=(trial.case_id,),
            )
        )
    return found


async def _has_room(shelf: Shelf, turn: Turn, trial: Trial) -> bool:
    """False while the person is away or has had this week's messages, or may not see the case."""
    member = await shelf.people.member(trial.member_id)
    if member is None:
        return False
    if await shelf.cases.seen_by(members.scope_of(member)).get(trial.case_id) is None:
        return False
    if not member.active or is_paused(member, turn.today) or await refuses(shelf, member):
        return False
    return not await over_budget(shelf, member, turn.today, turn.zone)


async def refuses(_shelf: Shelf, member: Member) -> str:
    """Who turned the questions off is not asked."""
    return "" if member.wants_questions else "no_questions"


JOB = Mailing(
    name="trial_follow_up",
    rule="14 days after 試してみる, on a business day, 10:15",
    periods=each_business_day(dates.REFLECTION_SLOT),
    periods_of=lambda chosen: each_business_day(time_of(chosen, dates.REFLECTION_SLOT)),
    options=(
        Option("days", dates.TRIAL_DAYS, (7, 14, 21, 28)),
        at_time(dates.REFLECTION_SLOT),
    ),
    messages=messages,
    unsolicited=True,  # it shares the reflection's slot (decision 15)
    expires_after=timedelta(days=7),
    refuses=refuses,
)
