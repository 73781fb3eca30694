"""Fields as Adaptive Card inputs, and their values back from what Teams sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from unicodedata import east_asian_width

from bot.teams import limits
from bot.teams.markdown import escaped, plain, titled
from bot.teams.toggles import folded
from bot.views.elements import Actions, Button, Card, Field, Kind
from cases.text import clean, shorten

Json = dict[str, Any]

_MANY = (Kind.CHOICES, Kind.TICKS)
_EXPANDED = 5  # more choices than this become a list that opens
_HINT_COLUMNS = 40  # half-width characters in one line of an input on a phone
_LISTED = 8  # more of which several may be picked stay closed: clients draw a box for each


def many(card: Card) -> list[str]:
    """The keys of the fields that give lists; Teams sends them as text, so a button names them."""
    return [field.key for field in card.fields if field.kind in _MANY]


def enforced(card: Card) -> bool:
    """True when Teams itself may insist on required fields: every button then wants them.

    With another button beside (やめる, 下書き) it must not: Teams would block that one too.
    """
    rows = [part for part in card.parts if isinstance(part, Actions)]
    pressed: list[Button] = [one for row in rows for one in (*row.buttons, *row.more)]
    return all(button.primary or button.url for button in pressed)


def field(part: Field, *, required: bool) -> Json:
    """One field: its input(s), after its error and before its hint."""
    must = part.required and required
    part = replace(part, label=_label(part, starred=part.required and not must))
    found = _ticks(part, must=must) if part.kind is Kind.TICKS else [_input(part, must=must)]
    if part.kind is Kind.CHOICES and len(part.choices) > _LISTED and not must:
        found = [folded(_summary(part), f"list-{part.key}", found)]
    if part.error:
        found.insert(0, _note(part.error, color="Attention"))
    if part.hint and not _within(part):
        found.append(_note(part.hint, isSubtle=True, size="Small"))
    return found[0] if len(found) == 1 else {"type": "Container", "items": found}


def _within(part: Field) -> bool:
    """True where the hint stands in the empty input: one line must hold it, which is cut there."""
    one_line = sum(2 if east_asian_width(ch) in "WFA" else 1 for ch in part.hint) <= _HINT_COLUMNS
    return part.kind is Kind.LONG or (part.kind is Kind.LINE and one_line)


def values(data: Mapping[str, Any], lists: list[str]) -> dict[str, str | list[str]]:
    """Field values as typed: strings, and lists for the keys in `lists` (ticks, choices)."""
    found: dict[str, str | list[str]] = {key: [] for key in lists}
    for name, value in data.items():
        key = name.partition("#")[0]
        text = value if isinstance(value, str) else ""
        if key not in lists:
            found[name] = text
            continue
        picked = [_comma_back(each) for each in text.split(",") if each]
        found[key] = [*found[key], *picked]
    return found


def shortened(part: Field, limit: int) -> Field:
    """The field with its value and texts cut to `limit` code points, and at most 50 choices."""
    value = shorten(part.value, limit) if isinstance(part.value, str) else part.value
    return replace(
        part,
        value=value,
        choices=part.choices[:50],
        label=shorten(part.label, limit),
        hint=shorten(part.hint, limit),
        error=shorten(part.error, limit),
    )


def _input(part: Field, *, must: bool) -> Json:
    found: Json = {"id": part.key, "label": part.label, **_required(part, must=must)}
    chosen = part.value if isinstance(part.value, tuple) else (part.value,)
    match part.kind:
        case Kind.LINE | Kind.LONG:
            return {"type": "Input.Text", **found, **_typed(part)}
        case Kind.DATE:
            return {"type": "Input.Date", **found, **_day(part.value)}
        case Kind.CHOICE | Kind.CHOICES | Kind.TICKS:
            several = part.kind is not Kind.CHOICE
            spell = _comma if several else str
            known = [spell(each.value) for each in part.choices if each.value in chosen]
            small = len(part.choices) <= _EXPANDED
            return {
                "type": "Input.ChoiceSet",
                **found,
                "style": "expanded" if several or small else "compact",
                "isMultiSelect": several,
                "wrap": True,
                "choices": [_choice(each.label, spell(each.value)) for each in part.choices],
                **({"value": ",".join(known)} if known else {}),
            }


def _summary(part: Field) -> str:
    """「＋ チャネル: 電話・メール」: what the list is for, and what is picked."""
    picked = [each.label for each in part.choices if each.value in part.value]
    return f"＋ {part.label}: {'・'.join(picked)}" if picked else f"＋ {part.label}"


def _typed(part: Field) -> Json:
    found: Json = {"isMultiline": part.kind is Kind.LONG}
    if part.limit > 0:
        found["maxLength"] = part.limit
    if part.hint and _within(part):
        found["placeholder"] = shorten(plain(part.hint), limits.LABEL)
    value = clean(part.value) if isinstance(part.value, str) else ""
    return {**found, "value": value} if value else found


def _ticks(part: Field, *, must: bool) -> list[Json]:
    """One toggle for each tick; when the field is required each of them must be set."""
    total = len(part.choices)
    return [
        {
            "type": "Input.Toggle",
            "id": f"{part.key}#{tick.value}",
            "label": f"{part.label} {number}/{total}" if total > 1 else part.label,
            "title": shorten(titled(tick.label) or tick.value, limits.LABEL),
            "valueOn": _comma(tick.value),
            "valueOff": "",
            "value": _comma(tick.value) if tick.value in part.value else "",
            "wrap": True,
            **_required(part, must=must),
        }
        for number, tick in enumerate(part.choices, 1)
    ]


def _label(part: Field, *, starred: bool) -> str:
    label = shorten(titled(part.label) or part.key, limits.LABEL)
    return f"{label} *" if starred else label


def _required(part: Field, *, must: bool) -> Json:
    if not must:
        return {}
    return {"isRequired": True, "errorMessage": escaped(part.error) or escaped(part.label)}


def _choice(label: str, value: str) -> Json:
    return {"title": shorten(titled(label) or value, limits.LABEL), "value": value}


def _day(value: str | tuple[str, ...]) -> Json:
    try:
        return {"value": date.fromisoformat(str(value)).isoformat()}
    except ValueError:
        return {}


def _note(text: str, **look: Any) -> Json:
    return {"type": "TextBlock", "text": escaped(text), "wrap": True, **look}


def _comma(value: str) -> str:
    """Teams joins picked values with commas, so a comma inside one is written as %2C."""
    return value.replace("%", "%25").replace(",", "%2C")


def _comma_back(value: str) -> str:
    return value.replace("%2C", ",").replace("%25", "%")
