"""A roster's preview in words: what becomes of whom, line by line; for chat and terminal alike."""

from __future__ import annotations

from bot.views.words import say
from cases.roster_plan import Deed, Plan, Step

QUIET = (Deed.SAME, Deed.DUPLICATE)  # counted, not listed


def summary(plan: Plan, locale: str) -> str:
    """「追加 2名 ・ 異動 1名 …」; only what there is."""
    counts = plan.counts
    found = [
        say(locale, "roster.count", deed=say(locale, f"roster.deed_{deed}"), count=counts[deed])
        for deed in Deed
        if counts[deed]
    ]
    return " ・ ".join(found) or say(locale, "roster.no_change")


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
