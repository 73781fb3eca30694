"""聞き書き as cards: its form, the writer's preview, and what the person it is about decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.views.elements import Actions, Button, Card, Choice, Field, Kind, Part, Style, Text
from bot.views.notes import note
from bot.views.preview import not_a_name, preview_card
from bot.views.words import say
from cases.models.case import Draft

LIMIT = 3_000  # characters: what one modal field holds everywhere
TOLD = {
    "approved": "behalf.told_approved",
    "declined": "behalf.told_declined",
    "expired": "behalf.told_expired",
    "left": "behalf.told_left",
}
QUOTED = "quoted"  # origin of a draft from the person's own message


def form(
    people: Sequence[tuple[str, str]], chosen: str, text: str, locale: str, error: str = ""
) -> Card:
    """Whom it is about (id and name) and what one heard, in one box."""
    choices = tuple(Choice(key, name) for key, name in people)
    who = Field(
        "member",
        say(locale, "behalf.who"),
        Kind.CHOICE,
        chosen,
        choices,
        required=True,
        error=error,
    )
    heard = Field(
        "text",
        say(locale, "behalf.heard"),
        Kind.LONG,
        text,
        required=True,
        limit=LIMIT,
        hint=say(locale, "behalf.heard_hint"),
    )
    lead = [Text(say(locale, "behalf.intro"), Style.QUIET)]
    parts: list[Part] = [Text(error, Style.WARN), *lead] if error else [*lead]
    submit = Button(say(locale, "share.check"), "behalf.write", primary=True)
    return Card((*parts, who, heard), title=say(locale, "behalf.title"), submit=submit)


def writers_card(
    draft: Draft,
    name: str,
    office: str,
    locale: str,
    *,
    posted: bool,
    notice: str = "",
    offers: Sequence[Part] = (),
) -> Card:
    """The preview for the writer: nothing is published, the person is asked."""
    words = "behalf.will_ask_posted" if posted else "behalf.will_ask"
    buttons = Actions(
        (
            Button(say(locale, "behalf.ask"), "behalf.ask", draft.id, primary=True),
            Button(say(locale, "share.edit"), "share.edit", draft.id),
        ),
        more=(
            *not_a_name(draft.id, draft.findings, locale),
            Button(say(locale, "share.drop"), "share.drop", draft.id),
        ),
    )
    lead = (Text(say(locale, words, name=name)),)
    return preview_card(
        draft.id,
        draft.values,
        draft.findings,
        (),
        office,
        locale,
        ask_name=False,
        notice=notice,
        lead=lead,
        offers=offers,
        buttons=buttons,
        ticks=False,
    )


def approval_card(
    draft: Draft,
    writer: str,
    office: str,
    locale: str,
    *,
    ask_name: bool,
    declared: Sequence[str] = (),
    notice: str = "",
) -> Card:
    """The preview for the person it is about: share with the three ticks, edit, or decline."""
    posted = draft.origin == QUOTED
    lead = [Text(say(locale, "behalf.asked_posted" if posted else "behalf.asked", name=writer))]
    lead.append(Text(say(locale, "behalf.yours"), Style.QUIET))
    if posted:
        lead.append(Text(say(locale, "behalf.original"), Style.QUIET))
    buttons = Actions(
        (
            Button(say(locale, "behalf.approve"), "share.publish", draft.id, primary=True),
            Button(say(locale, "share.edit"), "share.edit", draft.id),
            Button(say(locale, "behalf.decline"), "behalf.decline", draft.id),
        ),
        more=tuple(not_a_name(draft.id, draft.findings, locale)),
    )
    return preview_card(
        draft.id,
        draft.values,
        draft.findings,
        (),
        office,
        locale,
        ask_name=ask_name,
        declared=declared,
        notice=notice,
        lead=lead,
        buttons=buttons,
    )


def outcome_card(content: Mapping[str, Any], locale: str) -> Card:
    """To the writer: shared, declined, not answered, or the person left. Never a reason."""
    text = say(locale, TOLD[content["how"]], name=content["name"])
    if not content.get("show"):
        return note(text)
    return note(text, Button(say(locale, "digest.full"), "case.show", content["case_id"]))


def waiting_card(content: Mapping[str, Any], locale: str) -> Card:
    """To the person it is about: it waits, or it was erased unanswered. Nothing of its text."""
    if content["part"] == "erased":
        return note(say(locale, "behalf.erased", name=content["name"]))
    show = Button(say(locale, "behalf.open"), "behalf.show", content["draft_id"], primary=True)
    return note(say(locale, "behalf.waits", name=content["name"], day=content["until"]), show)
