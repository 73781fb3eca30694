"""The preview of a post: the card as colleagues will see it, masks marked, ticks on one screen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.views.case import Shown, body, heading
from bot.views.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Divider,
    Field,
    Kind,
    Part,
    Style,
    Text,
)
from bot.views.guard import message_parts
from bot.views.words import say
from cases import fields, places
from cases.models.case import Case
from cases.sharing import DECLARATIONS
from cases.trials import Reproduction
from cases.vocabulary import Decision, terms

MASKS = ("hcp_name", "facility_name", "contact")


def preview_card(
    draft_id: str,
    values: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    questions: Sequence[str],
    office: str,
    locale: str,
    *,
    ask_name: bool,
    declared: Sequence[str] = (),
    notice: str = "",
    lead: Sequence[Part] = (),
    offers: Sequence[Part] = (),
    buttons: Actions | None = None,
    ticks: bool = True,
) -> Card:
    """Text and at most six taps: up to two questions, the name once, three ticks, one button.

    `lead`, `buttons` and `ticks`: what is said and offered where somebody else is to approve it.
    `offers`: the taps for masked facilities; they say the case's facility too.
    """
    missing = [key for key in fields.REQUIRED if not values.get(key)]
    parts: list[Part] = [Text(notice, Style.WARN)] if notice else []
    parts += lead
    parts.append(Text(say(locale, "share.preview"), Style.STRONG))
    case = Case(id="", status="office", sample=False, **_defaults())
    fields.fill(case, {**values, **{key: values.get(key) or "…" for key in missing}})
    shown = Shown(case, office, "", Reproduction())
    parts += [*_marked(heading(shown, locale)), *_marked(body(case, locale))]
    parts.append(Text(say(locale, "case.office_only"), Style.QUIET))
    parts += _origin(values, locale)
    parts += [*_finding_parts(findings, locale), *offers]
    parts.append(Divider())
    parts += [Text(say(locale, f"share.ask_{key}"), Style.STRONG) for key in missing[:1]]
    parts += [_missing_field(key, locale) for key in missing]
    open_questions = [key for key in questions if key in fields.VOCABULARY or not values.get(key)]
    asked = [key for key in open_questions if not (offers and key == "facility")]
    parts += [_question(key, values, locale) for key in asked if key not in missing][:2]
    if ask_name:
        parts.append(_name_field(locale))
    if ticks:
        parts.append(_ticks(locale, declared))
    parts.append(buttons or _buttons(draft_id, findings, locale))
    return Card(tuple(parts))


def _defaults() -> dict[str, Any]:
    return {"title": "", "action": "", "result": "", "details": {}, "channels": []}


def _marked(parts: Sequence[Part]) -> list[Part]:
    """Marks what was masked (A先生, ある病院 …) where it stands in plain texts."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Text):
            part = Text(part.text, part.style, marks_of(part.text))
        found.append(part)
    return found


def marks_of(text: str) -> tuple[tuple[int, int], ...]:
    """Where masks stand in a text, as (start, end) code points."""
    words = [f"{letter}先生" for letter in "ABCDEFGHIJ"]
    words += [*places.OPTIONS, *(ja for ja, _ in places.WORDS.values()), "〔連絡先〕"]
    words = [word for word in words if not word.isascii()]  # those may be anybody's words
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return tuple(found.span() for found in re.finditer(pattern, text))


def _finding_parts(findings: Sequence[Mapping[str, Any]], locale: str) -> list[Part]:
    """One line that says how many places were masked, and the warnings in words."""
    masked = sum(finding["action"] == Decision.MASK for finding in findings)
    parts: list[Part] = []
    if masked:
        parts.append(Text(say(locale, "share.masked", count=masked), Style.WARN))
    seen: set[str] = set()
    for finding in findings:
        rule = finding["rule"]
        if finding["action"] in (Decision.WARN, Decision.SOFT_REVIEW) and rule not in seen:
            seen.add(rule)
            parts += message_parts(rule, locale)
    return parts


def _origin(values: Mapping[str, Any], locale: str) -> list[Part]:
    """The way back to the message that a draft was made from: for its author, never on a case."""
    link = str(values.get("link") or "")
    if not link.startswith("https://"):
        return []
    return [Actions((Button(say(locale, "share.original"), "share.original", url=link),))]


def _missing_field(key: str, locale: str) -> Field:
    return Field(
        key,
        say(locale, f"share.{key}_label"),
        Kind.LONG,
        required=True,
        limit=fields.LIMITS[key],
        hint=say(locale, f"share.{key}_hint"),
    )


def _question(key: str, values: Mapping[str, Any], locale: str) -> Field:
    """An optional question: a choice for a coded field, a line for a text."""
    optional = f"{say(locale, f'case.{key}')} ({say(locale, 'share.optional')})"
    if key not in fields.VOCABULARY:
        return Field(key, optional, Kind.LINE, limit=fields.LIMITS.get(key, 100))
    listed = terms(fields.VOCABULARY[key]).values()
    choices = tuple(Choice(term.key, term.label(locale)) for term in listed)
    value = values.get(key) or ""  # a list holds one: what was chosen on the card before
    chosen = value if isinstance(value, str) else value[0]
    return Field(key, optional, Kind.CHOICE, chosen, choices)


def _name_field(locale: str) -> Field:
    return Field(
        "show_author",
        say(locale, "share.show_name"),
        Kind.CHOICE,
        "no",
        (
            Choice("yes", say(locale, "share.show_yes")),
            Choice("no", say(locale, "share.show_no")),
        ),
    )


def _ticks(locale: str, declared: Sequence[str]) -> Field:
    choices = tuple(Choice(key, say(locale, f"share.{key}")) for key in DECLARATIONS)
    return Field("declared", say(locale, "share.declare"), Kind.TICKS, tuple(declared), choices)


def _buttons(draft_id: str, findings: Sequence[Mapping[str, Any]], locale: str) -> Actions:
    more = [
        Button(say(locale, "share.later"), "share.later", draft_id),
        Button(say(locale, "share.drop"), "share.drop", draft_id),
        Button(say(locale, "home.instead_find"), "share.find_instead", draft_id),
    ]
    more[:0] = not_a_name(draft_id, findings, locale)
    return Actions(
        (
            Button(say(locale, "share.publish"), "share.publish", draft_id, primary=True),
            Button(say(locale, "share.edit"), "share.edit", draft_id),
        ),
        more=tuple(more),
    )


def not_a_name(draft_id: str, findings: Sequence[Mapping[str, Any]], locale: str) -> list[Button]:
    """「人名ではない」, where a name or a facility was masked."""
    if not any(finding["rule"] in MASKS[:2] for finding in findings):
        return []
    return [Button(say(locale, "share.not_a_name"), "share.not_a_name", draft_id)]


def form_card(draft_id: str, values: Mapping[str, Any], locale: str, notice: str = "") -> Card:
    """The form: the two required fields first, the rest optional."""
    parts: list[Part] = [Text(notice, Style.WARN)] if notice else []
    parts.append(Text(say(locale, "share.intro"), Style.QUIET))
    parts += _origin(values, locale)
    parts += [_text_field(key, values, locale) for key in ("action", "result")]
    for key in ("title", "situation", "tip", "voice", "intent", "conditions"):
        parts.append(_text_field(key, values, locale))
    for key in ("channels", "area", "customer", "barrier"):
        listed = terms(fields.VOCABULARY[key]).values()
        choices = tuple(Choice(term.key, term.label(locale)) for term in listed)
        ticked = tuple(values.get(key) or ())
        parts.append(Field(key, say(locale, f"case.{key}"), Kind.CHOICES, ticked, choices))
    for key in ("facility", "access"):
        listed = terms(fields.VOCABULARY[key]).values()
        choices = tuple(Choice(term.key, term.label(locale)) for term in listed)
        value = str(values.get(key) or "")
        parts.append(Field(key, say(locale, f"case.{key}"), Kind.CHOICE, value, choices))
    submit = Button(say(locale, "share.check"), "share.check", draft_id, primary=True)
    return Card(tuple(parts), title=say(locale, "share.title"), submit=submit)


def _text_field(key: str, values: Mapping[str, Any], locale: str) -> Field:
    required = key in fields.REQUIRED
    words = f"share.{key}_label" if required else f"case.{key}"
    long = key in ("situation", "action", "result", "tip", "conditions")
    limit = dict(fields.too_long({key: values.get(key)})).get(key)
    field, text = say(locale, f"case.{key}"), str(values.get(key) or "")
    return Field(
        key,
        say(locale, words),
        Kind.LONG if long else Kind.LINE,
        text,
        required=required,
        limit=fields.LIMITS[key] + len(text) - len(places.bare(text)),
        hint=say(locale, f"share.{key}_hint") if required else "",
        error=say(locale, "share.too_long", field=field, limit=limit) if limit else "",
    )
