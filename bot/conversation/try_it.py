"""試してみる in chat: start, the answer after 14 days, and an optional line."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation import remarks, share
from bot.conversation.showing import visible
from bot.conversation.turn import Turn
from bot.views.elements import Actions, Button, Card, Part, Style, Text
from bot.views.home import Trying, waits
from bot.views.notes import line_form, note
from bot.views.words import say
from cases import months, trials
from cases.db import Shelf
from cases.errors import NotAllowed, NotFound
from cases.models.loop import Trial
from cases.text import clean
from cases.vocabulary import TrialState

FOLLOW_UP = timedelta(days=14)
WAITING = (TrialState.OPEN, TrialState.LATER)
MOST = 15  # trials with buttons in one list; three blocks each stay within Slack's 50


async def start(turn: Turn, case_id: str) -> None:
    """Opens the trial and says when the question will come."""
    async with turn.transaction() as shelf:
        await visible(shelf, case_id)
        known = await shelf.loop.trial_of(case_id, turn.scope.me)
        try:
            trial = await trials.start(shelf, case_id)
        except NotAllowed:
            turn.say(note(turn.words("try.own")))
            return
        if known is not None:
            turn.say(note(turn.words("try.already")))
            return
        day = months.day_of(trial.opened_at + FOLLOW_UP)
        date = f"{day.month}/{day.day}"
        turn.say(note(turn.words("try.started", date=date), style=Style.GOOD))


async def answer(turn: Turn, value: str) -> None:
    """One tap; then a line if the person likes."""
    trial_id, _, word = value.partition(":")
    if word not in trials.ANSWERS:
        raise NotFound
    async with turn.transaction() as shelf:
        trial = await trials.answer(shelf, trial_id, TrialState(word))
        parts: list[Part] = [Text(turn.words(f"try.thanks_{trial.state}"))]
        talk = await shelf.talks.mine(shelf.now)
        if trial.state in (TrialState.WORKED, TrialState.DID_NOT):
            talk.waiting_for = {"kind": "trial", "trial": trial.id}
            talk.updated_at = shelf.now
            parts.append(Text(turn.words("try.note_ask"), Style.QUIET))
            buttons = [Button(turn.words("reflect.write"), "try.write", trial.id)]
            if trial.state is TrialState.WORKED:
                buttons.append(Button(turn.words("reflect.to_case"), "share.start"))
            parts.append(Actions(tuple(buttons)))
        turn.replace(Card(tuple(parts)))


async def write(turn: Turn, trial_id: str) -> None:
    """「ひとこと書く」: a form where there is no box beside the answer."""
    async with turn.transaction() as shelf:
        await _mine(shelf, trial_id)
        title, label = turn.words("try.ask"), turn.words("reflect.write_ask")
        submit, most = turn.words("reflect.write"), remarks.NOTE_LIMIT
        turn.open(line_form(title, label, "try.save", trial_id, submit, limit=most))


async def keep_note(turn: Turn, trial_id: str, text: str) -> None:
    """The optional line; the guard reads it, and what it stops stays a draft."""
    text = clean(text)
    if not text:
        turn.say(note(turn.words("home.nothing")))
        return
    async with turn.read() as shelf:
        await _mine(shelf, trial_id)
    await share.show(turn, remarks.remark("trial", trial_id, text))


async def listing(turn: Turn, value: str = "") -> None:
    """What the member is trying, newest first; what waits for an answer has its buttons."""
    async with turn.transaction() as shelf:
        mine = await shelf.loop.trials_by(turn.scope.me)
        rows = await shelf.cases.many(trial.case_id for trial in mine)
        parts: list[Part] = [Text(turn.words("try.list"), Style.TITLE)]
        answered = []
        for trial in (one for one in mine if one.case_id in rows):
            state = say(turn.locale, "try.mine" if trial.state == "open" else f"try.{trial.state}")
            line = f"{rows[trial.case_id].title} — {state}"
            if trial.state in WAITING and len(parts) <= MOST * 3:
                parts += [Text(line), *waits(trying(trial, rows[trial.case_id].title), turn.locale)]
            else:
                answered.append(line)
        if answered:
            parts.append(Text("\n".join(answered)))
        if len(parts) == 1:
            parts.append(Text(turn.words("try.none"), Style.QUIET))
        turn.say(Card(tuple(parts)))


def trying(trial: Trial, title: str) -> Trying:
    """A trial that waits for its answer, as it is shown."""
    day = months.day_of((trial.asked_at or trial.opened_at) + FOLLOW_UP)
    return Trying(trial.id, trial.case_id, title, f"{day.month}/{day.day}")


async def _mine(shelf: Shelf, trial_id: str) -> None:
    trial = await shelf.loop.trial(trial_id)
    if trial is None or trial.member_id != shelf.scope.me:
        raise NotFound
