"""設定: a member's own language, name, break, hours and day of the questions, as one card."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.elements import Actions, Button, Card, Choice, Field, Kind, Text
from bot.views.elements import Style as Look
from bot.views.words import say
from cases.models.org import Member

ANY = "any"  # the day of the schedule; the whole sending window
FRIDAY = 4
WANTS = {
    "digest": "profile.wants_digest",
    "questions": "profile.wants_questions",
    "nudges": "profile.wants_nudges",
}


def settings_card(
    member: Member,
    hours: Sequence[str],
    *,
    asked: bool,
    error: str = "",
    emoji: str | None = None,
) -> Card:
    """`hours`: the times that one's own hours may begin and end at, HH:MM. `asked`: MRs are.

    `emoji`: the company's, which 事務局 may change; None: not shown.
    """
    locale = member.locale
    rests = member.paused_until is not None or member.quiet_since is not None
    fields = [
        _language(locale),
        _name(member, locale),
        Field(
            "paused_until",
            say(locale, "profile.pause_until"),
            Kind.DATE,
            member.paused_until.isoformat() if member.paused_until else "",
            hint=say(locale, "profile.pause_hint"),
            error=error,
        ),
        _hour("window_from", member.window_from or hours[0], hours[:-1], locale),
        _hour("window_until", member.window_until or hours[-1], hours[1:], locale),
    ]
    if asked:
        fields.append(_day(member, locale))
    fields.append(_wanted(member, locale, asked=asked))
    if emoji is not None:
        hint = say(locale, "profile.emoji_hint")
        fields.append(Field("emoji", say(locale, "profile.emoji"), value=emoji, hint=hint))
    rest = "reflect.resume" if rests else "reflect.pause"
    rest_words = "profile.resume" if rests else "reflect.pause"
    buttons = (
        Button(say(locale, "profile.save"), "profile.save", primary=True),
        Button(say(locale, rest_words), rest),
    )
    return Card((Text(say(locale, "profile.title"), Look.TITLE), *fields, Actions(buttons)))


def saved_card(member: Member, older: int) -> Card:
    """「保存しました」, and whether the name on cases of before is to change as well."""
    locale, saved = member.locale, Text(say(member.locale, "profile.saved"))
    if not older:
        return Card((saved,))
    how = "show" if member.show_name else "hide"
    ask = Text(say(locale, f"names.older_{how}", count=older))
    change = Button(say(locale, "names.older_yes"), "names.all", how)
    return Card((saved, ask, Actions((change,))))


def _language(locale: str) -> Field:
    languages = (Choice("ja", "日本語"), Choice("en", "English"))
    label = say(locale, "profile.language")
    return Field("locale", label, Kind.CHOICE, locale, languages, required=True)


def _name(member: Member, locale: str) -> Field:
    names = (
        Choice("yes", say(locale, "share.show_yes")),
        Choice("no", say(locale, "share.show_no")),
    )
    chosen = "yes" if member.show_name else "no"
    label = say(locale, "profile.name")
    return Field("show_author", label, Kind.CHOICE, chosen, names, required=True)


def _hour(key: str, chosen: str, hours: Sequence[str], locale: str) -> Field:
    choices = tuple(Choice(one, one) for one in hours)
    hint = say(locale, "profile.hours_hint") if key == "window_from" else ""
    label = say(locale, f"profile.{key}")
    return Field(key, label, Kind.CHOICE, chosen, choices, required=True, hint=hint)


def _day(member: Member, locale: str) -> Field:
    names = say(locale, "web.weekdays").split()
    days = [
        Choice(str(day), say(locale, "schedule.val_weekday", value=names[day]))
        for day in range(FRIDAY + 1)
    ]
    choices = (Choice(ANY, say(locale, "profile.any_day")), *days)
    chosen = ANY if member.question_day is None else str(member.question_day)
    label = say(locale, "profile.question_day")
    return Field("question_day", label, Kind.CHOICE, chosen, choices, required=True)


def _wanted(member: Member, locale: str, *, asked: bool) -> Field:
    """Ticks of what one wants to get; nothing ticked is an answer too."""
    kinds = {"digest": member.wants_digest}
    if asked:
        kinds |= {"questions": member.wants_questions, "nudges": member.wants_nudges}
    choices = tuple(Choice(key, say(locale, WANTS[key])) for key in kinds)
    chosen = tuple(key for key, wanted in kinds.items() if wanted)
    return Field("wants", say(locale, "profile.wants"), Kind.CHOICES, chosen, choices)
