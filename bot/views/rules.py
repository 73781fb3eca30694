"""規則: how often each rule of the guard was called wrong, and the company's own words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Divider,
    Facts,
    Field,
    Kind,
    Part,
    Style,
    Text,
)
from bot.views.second_look import result_words
from bot.views.words import quote, say
from cases.feedback import Rate
from cases.lexicon_changes import DOES, IN_FORCE, PROPOSED, Change
from cases.second_look import Result

FEW = 5  # drafts: below, a share says nothing
MOST = 12  # changes in force that are shown, newest first


def rules_card(
    rates: Sequence[Rate], again: Sequence[Result], version: str, locale: str, *, reviews: bool
) -> Card:
    """Per rule: on how many drafts it fired, and on how many somebody said 「誤検知」.

    `again`: what reading released cases once more has found.
    """
    parts: list[Part] = [
        Text(say(locale, "rules.title"), Style.TITLE),
        Text(say(locale, "rules.version", version=version), Style.QUIET),
    ]
    if rates:
        rows = tuple((say(locale, f"rules.{one.rule}"), rate_words(one, locale)) for one in rates)
        parts += [Facts(rows), Text(say(locale, "rules.what_it_is"), Style.QUIET)]
    else:
        parts.append(Text(say(locale, "rules.none")))
    if again:
        parts += [Facts(tuple(result_words(again, locale)))]
    if reviews:
        parts.append(Actions((Button(say(locale, "rules.words"), "rules.words"),)))
    return Card(tuple(parts))


def rate_words(one: Rate, locale: str) -> str:
    """「12件のうち誤検知3件(25%)」; without a share where there were few."""
    wrong = one.by_author + one.by_reviewer
    if one.fired < FEW:
        return say(locale, "rules.rate_few", fired=one.fired, wrong=wrong)
    share = round(100 * one.false_rate)
    return say(locale, "rules.rate", fired=one.fired, wrong=wrong, share=share)


def words_form(
    changes: Sequence[Change], names: dict[str, str], me: str, locale: str, error: str = ""
) -> Card:
    """What waits for a second person, what is in force, and a new proposal.

    It is opened on a screen of its own and never sent as a message: a word may be a name.
    """
    parts: list[Part] = [Text(say(locale, "rules.words_lead"), Style.QUIET)]
    for one in changes:
        if one.row.state == PROPOSED:
            parts += _proposed(one, names, me, locale)
    done = [one for one in reversed(changes) if one.row.state == IN_FORCE][:MOST]
    if done:
        rows = tuple((_does(one, locale), quote(locale, one.word)) for one in done)
        parts += [Divider(), Text(say(locale, "rules.in_force"), Style.STRONG), Facts(rows)]
    parts += [Divider(), Text(say(locale, "rules.propose_title"), Style.STRONG)]
    word = say(locale, "rules.word")
    hint = say(locale, "rules.word_hint")
    parts.append(Field("word", word, Kind.LINE, required=True, limit=40, hint=hint, error=error))
    kinds = tuple(
        Choice(f"{op}:{does}", say(locale, f"rules.{op}_{does}"))
        for op, does in [*(("add", one) for one in DOES), ("remove", "mask")]
    )
    parts.append(
        Field("does", say(locale, "rules.does"), Kind.CHOICE, "add:mask", kinds, required=True)
    )
    submit = Button(say(locale, "rules.propose"), "rules.propose", primary=True)
    return Card(tuple(parts), title=say(locale, "rules.words"), submit=submit)


def _proposed(one: Change, names: dict[str, str], me: str, locale: str) -> list[Part]:
    said = say(
        locale,
        "rules.proposed",
        does=_does(one, locale),
        word=quote(locale, one.word),
        name=names.get(one.row.proposed_by, "—"),
    )
    refuse = Button(say(locale, "rules.refuse"), "rules.refuse", one.row.id)
    if one.row.proposed_by == me:
        waits = Text(say(locale, "rules.second"), Style.QUIET)
        return [Divider(), Text(said), waits, Actions((refuse,))]
    confirm = Button(say(locale, "rules.confirm"), "rules.confirm", one.row.id, primary=True)
    return [Divider(), Text(said), Actions((confirm, refuse))]


def _does(one: Change, locale: str) -> str:
    return say(locale, f"rules.{one.row.does}" if one.row.adds else "rules.remove")
