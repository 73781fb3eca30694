"""A roster's preview in words: what becomes of whom, line by line; for chat and terminal alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.views.elements import Actions, Button, Card, Facts, Field, Part, Style, Text
from bot.views.moves import move_parts
from bot.views.words import say
from cases.models.roster import Move
from cases.roster_plan import Deed, Plan, Step

LINES, FEW, MANY = 20, 10, 30  # own: steps, moves and names on one card
QUIET = (Deed.SAME, Deed.DUPLICATE)  # counted, not listed


def summary(plan: Plan, locale: str) -> str:
    """「追加 2名 / 異動 1名 …」; only what there is."""
    counts = plan.counts
    found = [
        say(locale, "roster.count", deed=say(locale, f"roster.deed_{deed}"), count=counts[deed])
        for deed in Deed
        if counts[deed]
    ]
    return " / ".join(found) or say(locale, "roster.no_change")


def remarks(plan: Plan, locale: str) -> list[str]:
    """What else has to be known: new offices, unused columns, who stays while lines are bad."""
    found = []
    if plan.offices:
        names = ", ".join(sorted(plan.offices))
        found.append(say(locale, "roster.new_offices", names=names))
    if plan.stay:
        found.append(say(locale, "roster.stay", count=plan.stay))
    if plan.ignored:
        found.append(say(locale, "roster.ignored", columns=", ".join(plan.ignored)))
    return found


def listed(plan: Plan, locale: str) -> list[str]:
    """One line for each step that changes something or is bad."""
    return [step_words(step, locale) for step in plan.steps if step.deed not in QUIET]


def step_words(step: Step, locale: str) -> str:
    """「5行目 異動 伊藤(営業所: 大阪営業所 → 神戸営業所)」."""
    head = [say(locale, "roster.line", line=step.line)] if step.line else []
    head += [say(locale, f"roster.deed_{step.deed}"), step.name]
    if step.why:
        why = say(locale, f"roster.why_{step.why}")
        return (
            " ".join(filter(None, head)) + f": {why}" + (f" ({step.detail})" if step.detail else "")
        )
    changes = [
        _change(step.deed, *change, locale)
        for change in step.changes
        if change[0] != "name" or change[1]
    ]
    return " ".join(head) + (f" ({', '.join(changes)})" if changes else "")


def _change(deed: Deed, field: str, before: str, after: str, locale: str) -> str:
    label = say(locale, f"roster.field_{field}")
    new, old = _value(field, after, locale), _value(field, before, locale)
    if deed in (Deed.ADDED, Deed.DATED, Deed.CANCELLED) or not before:
        return say(locale, "roster.is", field=label, after=new)
    return say(locale, "roster.becomes", field=label, before=old, after=new)


def _value(field: str, value: str, locale: str) -> str:
    if not value:
        return say(locale, "roster.nothing")
    if field == "roles":
        return roles_words(value.split(","), locale)
    return say(locale, f"roster.{field}_{value}") if field in ("duty", "what") else value


def roles_words(roles: list[str], locale: str) -> str:
    """The roles as people call them."""
    return ", ".join(say(locale, f"role.{role}") for role in roles)


def preview_card(
    plan: Plan,
    file_id: str,
    locale: str,
    *,
    partial: bool = False,
    wrong: bool = False,
    vacant: Sequence[str] | None = None,
) -> Card:
    """The preview with its buttons; `vacant` given: it was done, and these offices lack somebody.

    `wrong`: the number of those who leave was asked for, and another one was given.
    """
    done = vacant is not None
    head = Text(say(locale, "roster.done"), Style.GOOD)
    if not done:
        head = Text(say(locale, "roster.preview_title"), Style.TITLE)
    parts: list[Part] = [head, Text(summary(plan, locale), Style.STRONG)]
    lines = listed(plan, locale)
    parts += [Text(line) for line in lines[:LINES]]
    if len(lines) > LINES:
        parts.append(Text(say(locale, "roster.more", count=len(lines) - LINES), Style.QUIET))
    parts += [Text(text, Style.QUIET) for text in remarks(plan, locale)]
    if vacant:
        names = ", ".join(vacant)
        parts.append(Text(say(locale, "roster.vacant", names=names), Style.WARN))
    if not done:
        parts += _word(plan, file_id, locale, partial=partial, wrong=wrong)
    return Card(tuple(parts))


def _word(plan: Plan, file_id: str, locale: str, *, partial: bool, wrong: bool) -> list[Part]:
    """What 事務局 says to it; nothing where nothing would change."""
    if plan.changes_nothing:
        return [Text(say(locale, "roster.no_change"))]
    parts: list[Part] = []
    value = f"{file_id} {plan.fingerprint} {'partial' if partial else 'whole'}"
    yes = Button(say(locale, "roster.apply"), "roster.apply", value, primary=not plan.needs_word)
    only = Button(say(locale, "roster.partial"), "roster.partial", value)
    no = Button(say(locale, "roster.cancel"), "roster.cancel", value)
    if plan.needs_word:
        parts.append(Text(say(locale, "roster.gone_many", count=plan.gone), Style.WARN))
        error = say(locale, "roster.leaving_wrong", count=plan.gone) if wrong else ""
        parts.append(Field("leaving", say(locale, "roster.leaving"), error=error))
    return [*parts, Actions((yes, only, no) if plan.gone else (yes, no))]


def standing_card(
    people: int,
    moves: Sequence[Move],
    names: Mapping[str, str],
    offices: dict[str, str],
    alone: Sequence[str],
    stopped: Sequence[str],
    *,
    locale: str,
) -> Card:
    """「名簿」: how many people, what is to come, who has no account, whose account is stopped."""
    rows = (
        (say(locale, "roster.people"), str(people)),
        (say(locale, "roster.coming"), str(len(moves))),
        (say(locale, "roster.alone"), str(len(alone))),
        (say(locale, "roster.stopped"), str(len(stopped))),
    )
    parts: list[Part] = [Text(say(locale, "roster.title"), Style.TITLE), Facts(rows)]
    for move in moves[:FEW]:
        parts += move_parts(move, names.get(move.member_id, "?"), offices, locale)
    for key, found in (("alone", alone), ("stopped", stopped)):
        if found:
            more = "…" if len(found) > MANY else ""
            text = f"{say(locale, f'roster.{key}')}: {'、'.join(found[:MANY])}{more}"
            parts.append(Text(text, Style.QUIET))
    parts.append(Text(say(locale, "roster.how_to"), Style.QUIET))
    buttons = (
        Button(say(locale, "offices.title"), "offices.show"),
        Button(say(locale, "people.roles_title"), "people.roles"),
    )
    return Card((*parts, Actions(buttons)))
