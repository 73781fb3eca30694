"""The short forms of a reviewer, and what an author hears of a review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.views.elements import Actions, Button, Card, Choice, Field, Kind, Part, Style, Text
from bot.views.notes import note
from bot.views.words import say
from cases.review import NOTE_LIMIT
from cases.review_rules import BEFORE_OFFICE, ReviewRules


def back_form(
    subject_id: str, locale: str, *, sees: bool, comment: str = "", error: str = ""
) -> Card:
    """Why it goes back: how it is written, or what was done (compliance reads that, setting)."""
    kinds = ("wording", "conduct")
    choices = tuple(Choice(one, say(locale, f"reviewing.{one}")) for one in kinds)
    hint = say(locale, "reviewing.conduct_seen" if sees else "reviewing.conduct_unseen")
    fields = (
        Field("why", say(locale, "reviewing.why"), Kind.CHOICE, "wording", choices, hint=hint),
        _comment(locale, comment, error),
    )
    submit = Button(say(locale, "reviewing.send_back"), "review.back", subject_id, primary=True)
    return Card(fields, title=say(locale, "reviewing.back_title"), submit=submit)


def withdraw_form(case_id: str, locale: str, comment: str = "", error: str = "") -> Card:
    """Why a published case is taken out; its author reads it."""
    lead = Text(say(locale, "reviewing.withdraw_lead"), Style.WARN)
    submit = Button(say(locale, "share.withdraw"), "review.withdraw", case_id, primary=True)
    title = say(locale, "reviewing.withdraw_title")
    return Card((lead, _comment(locale, comment, error)), title=title, submit=submit)


def pull_back_form(case_id: str, locale: str, comment: str = "", error: str = "") -> Card:
    """Why a colleague's case is taken back inside the office; its author reads it."""
    lead = Text(say(locale, "pull_back.lead"), Style.WARN)
    submit = Button(say(locale, "pull_back.do"), "pull.save", case_id, primary=True)
    title = say(locale, "pull_back.title")
    return Card((lead, _comment(locale, comment, error)), title=title, submit=submit)


def _comment(locale: str, comment: str, error: str) -> Field:
    hint = say(locale, "reviewing.comment_hint")
    return Field(
        "comment",
        say(locale, "reviewing.comment"),
        Kind.LONG,
        comment,
        required=True,
        limit=NOTE_LIMIT,
        hint=hint,
        error=error,
    )


def mask_form(value: str, locale: str, words: str = "", error: str = "") -> Card:
    """Words of the text to hide, exactly as they stand there, and what they are."""
    kinds = tuple(
        Choice(one, say(locale, f"reviewing.as_{one}")) for one in ("person", "place", "other")
    )
    fields = (
        Field(
            "words",
            say(locale, "reviewing.words"),
            Kind.LINE,
            words,
            required=True,
            limit=80,
            hint=say(locale, "reviewing.words_hint"),
            error=error,
        ),
        Field("as", say(locale, "reviewing.as"), Kind.CHOICE, "other", kinds, required=True),
    )
    submit = Button(say(locale, "reviewing.mask"), "review.mask_words", value, primary=True)
    return Card(fields, title=say(locale, "reviewing.mask_title"), submit=submit)


def waiting_card(draft_id: str, locale: str) -> Card:
    """To the author: a person reads it first; what can be done meanwhile."""
    return note(
        say(locale, "reviewing.submitted"),
        Button(say(locale, "share.edit"), "share.edit", draft_id),
        Button(say(locale, "share.drop"), "share.drop", draft_id),
    )


def told_card(contents: Mapping[str, Any], locale: str) -> Card:
    """To the author: let in, masked, given back with a comment, stopped or withdrawn, and why."""
    how, title = contents["how"], contents["title"]
    style = Style.GOOD if how == "let_in" else Style.NORMAL
    parts: list[Part] = [Text(say(locale, f"reviewing.told_{how}", title=title), style)]
    if contents.get("comment"):
        parts.append(Text(contents["comment"], Style.QUOTE))
    if how == "conduct" and contents.get("seen"):
        parts.append(Text(say(locale, "reviewing.told_seen"), Style.QUIET))
    if contents.get("draft_id"):
        again, draft_id = say(locale, "reviewing.again"), contents["draft_id"]
        parts.append(Actions((Button(again, "share.edit", draft_id, primary=True),)))
    elif contents.get("case_id"):
        action = "share.edit_case" if how == "returned" else "case.show"
        words = "reviewing.again" if how == "returned" else "digest.full"
        go = Button(say(locale, words), action, contents["case_id"], primary=how == "returned")
        parts.append(Actions((go,)))
    return Card(tuple(parts))


def settings_form(chosen: ReviewRules, locale: str) -> Card:
    """Two choices of the company; company-wide always needs a person, which is said."""
    before = tuple(Choice(one, say(locale, f"reviewing.office_{one}")) for one in BEFORE_OFFICE)
    seen = tuple(Choice(one, say(locale, f"reviewing.sees_{one}")) for one in ("yes", "no"))
    sees = "yes" if chosen.compliance_sees else "no"
    office = say(locale, "reviewing.before_office")
    hint = say(locale, "reviewing.always")
    fields = (
        Field("office", office, Kind.CHOICE, chosen.office, before, required=True, hint=hint),
        Field(
            "compliance_sees",
            say(locale, "reviewing.sees"),
            Kind.CHOICE,
            sees,
            seen,
            required=True,
            hint=say(locale, "reviewing.sees_hint"),
        ),
    )
    submit = Button(say(locale, "profile.save"), "review.settings_save", primary=True)
    return Card(fields, title=say(locale, "reviewing.settings"), submit=submit)
