"""What a person reads when the guard speaks: calm, no emoji, no persona, and the next step."""

from __future__ import annotations

from functools import cache
from typing import Any

from bot.views.elements import Actions, Button, Card, Field, Kind, Part, Style, Text
from bot.views.words import say
from cases.feedback import SAFETY_ONLY
from cases.vocabulary import content

# What each button of content/guard_messages.json does, by rule and by the button's place.
ACTIONS: dict[str, tuple[str, ...]] = {
    "adverse_event": ("safety.form", "safety.reported", "safety.not_applicable"),
    "quality_complaint": ("quality.form", "safety.reported", "safety.not_applicable"),
    "patient_info": ("share.edit", "share.drop"),
    "hcp_sensitive": ("share.edit", "share.drop"),
    "chart_access": ("share.drop", "share.drop"),
    "quid_pro_quo": ("share.drop", "share.drop"),
    "off_label": ("share.hold", "share.edit", "share.drop"),
    "disparagement": ("share.edit", "share.hold"),
    "exaggeration": ("share.edit", "share.hold"),
    "gift": ("share.hold", "share.drop"),
    "unapproved_material": ("share.edit", "share.hold", "share.drop"),
    "confidential": ("share.edit", "share.hold"),
    "msl_line": ("share.edit", "share.hold"),
    "company_word": ("share.edit", "share.hold"),
    "model_down": ("share.drafts",),
    "query_refused": ("find.start", "safety.form"),
}


ASKED = ("patient_info", "off_label", "disparagement", "quid_pro_quo", "gift")


@cache
def _messages() -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in content("guard_messages.json")}


def message_parts(rule: str, locale: str, *, compliance_sees: bool = False) -> list[Part]:
    """The rule's message, and that compliance sees the text where it went there: for whichever
    rule, because a conduct rule may stand behind a stricter one."""
    row = _messages().get(rule) or _messages()["model_down"]
    parts: list[Part] = [Text(row[locale], Style.WARN)]
    if compliance_sees:
        told = f"{locale}_when_compliance_sees"
        parts.append(Text(row.get(told) or _messages()["off_label"][told], Style.QUIET))
    return parts


def stop_card(
    rule: str, draft_id: str, form_url: str, locale: str, *, compliance_sees: bool = False
) -> Card:
    """The message of the strictest rule with its buttons. `form_url`: of the desk that it names."""
    row = _messages().get(rule) or _messages()["model_down"]
    labels = row["buttons"] if locale == "ja" else row["buttons_en"]
    actions = ACTIONS.get(row["key"], ())
    buttons = tuple(
        _button(label, action, draft_id, form_url)
        for label, action in zip(labels, actions, strict=False)
        if not action.endswith(".form") or form_url
    )
    said = message_parts(rule, locale, compliance_sees=compliance_sees)
    parts = [*said, Actions(_once(buttons), more=_false_alarm(rule, draft_id, locale))]
    if draft_id and row["key"] != "model_down":  # it says so itself
        parts.append(Text(say(locale, "stopped.kept"), Style.QUIET))
    return Card((*parts, Text(say(locale, "guard.from_bot"), Style.QUIET)))


def ask_card(rule: str, draft_id: str, locale: str) -> Card:
    """One question with two answers; nothing is published until it is answered."""
    if rule == "adverse_event":
        text = _messages()["ae_ask"][locale]
    else:
        name = say(locale, f"guard.about_{rule}" if rule in ASKED else "guard.about_other")
        text = say(locale, "guard.ask", about=name)
    value = f"{draft_id}:{rule}"
    yes = Button(say(locale, "guard.yes"), "share.ask_yes", value)
    no = Button(say(locale, "guard.no"), "share.ask_no", value)
    parts = (Text(text, Style.WARN), Actions((yes, no)))
    return Card((*parts, Text(say(locale, "guard.from_bot"), Style.QUIET)))


def _false_alarm(rule: str, draft_id: str, locale: str) -> tuple[Button, ...]:
    """「誤検知として知らせる」; a safety question has its own answer, with a reason."""
    known = rule in _messages() and rule != "model_down"
    if not draft_id or rule in SAFETY_ONLY or not known:
        return ()
    return (Button(say(locale, "rules.false_alarm"), "rules.false_alarm", f"{draft_id}:{rule}"),)


def _once(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
    """The buttons without a second one for the same action (no address for the desk is set)."""
    seen: dict[str, Button] = {}
    for button in reversed(buttons):
        seen[button.action + button.url] = button
    return tuple(button for button in buttons if button in seen.values())


def _button(label: str, action: str, draft_id: str, form_url: str) -> Button:
    if action.endswith(".form"):
        return Button(label, "", url=form_url)
    return Button(label, action, draft_id)


def safety_form(draft_id: str, action: str, locale: str, day: str = "") -> Card:
    """Receipt number and the day the MR learned it (at first `day`), or why it does not apply."""
    key = "receipt" if action == "safety.reported" else "reason"
    parts: list[Part] = [Field("heard_on", say(locale, "guard.heard_on"), Kind.DATE, day)]
    parts.append(Field(key, say(locale, f"guard.{key}"), Kind.LINE, required=True, limit=200))
    words = "guard.reported" if key == "receipt" else "guard.not_applicable"
    submit = Button(say(locale, words), f"safety.save_{key}", draft_id, primary=True)
    return Card(tuple(parts), title=say(locale, words)[:24], submit=submit)
