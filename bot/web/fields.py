"""Fields of a card as labelled inputs: lines, choices, chips and large ticks."""

from __future__ import annotations

from markupsafe import Markup

from bot.views.elements import Choice, Field, Kind
from bot.views.words import say
from bot.web.words import web

FEW = 4  # so many choices are shown as radio buttons, more as a list to open
CHIPS = 6  # more chips than this start folded


def field_html(field: Field, place: str, locale: str) -> Markup:
    """One field with its label, hint and error. `place` is unique on the page."""
    match field.kind:
        case Kind.CHOICES | Kind.TICKS:
            return _many(field, place, locale)
        case Kind.CHOICE if 0 < len(field.choices) <= FEW:
            return _radios(field, place, locale)
        case Kind.CHOICE:
            return _labelled(field, place, locale, _select(field, place, locale))
        case Kind.LONG:
            words = Markup('<textarea rows="3" {}>\n{}</textarea>')
            return _labelled(field, place, locale, words.format(_names(field, place), _one(field)))
        case Kind.LINE | Kind.DATE:
            kind = "date" if field.kind is Kind.DATE else "text"
            line = Markup('<input type="{}" value="{}" autocomplete="off" {}>')
            filled = line.format(kind, _one(field), _names(field, place))
            return _labelled(field, place, locale, filled)


def _one(field: Field) -> str:
    return field.value if isinstance(field.value, str) else ""


def _names(field: Field, place: str) -> Markup:
    """Name, id and what a screen reader needs. There is no maxlength: it would cut pasted text."""
    needed = Markup(" required") if field.required else Markup("")
    wrong = Markup(' aria-invalid="true"') if field.error else Markup("")
    return Markup('name="f.{}" id="{}" aria-describedby="{}-hint"{}{}').format(
        field.key, place, place, needed, wrong
    )


def _labelled(field: Field, place: str, locale: str, inside: Markup) -> Markup:
    return Markup(
        '<div class="field"><label for="{}">{}{}</label>{}<p class="hint" id="{}-hint">{}</p></div>'
    ).format(place, field.label, _needed(field, locale), inside, place, _hint(field, locale))


def _needed(field: Field, locale: str) -> Markup:
    if not field.required:
        return Markup("")
    return Markup(' <span class="needed">{}</span>').format(web(locale, "needed"))


def _hint(field: Field, locale: str) -> Markup:
    """The hint, the limit in characters, and above both what is wrong."""
    limit = web(locale, "limit", limit=field.limit) if field.limit else ""
    words = " ／ ".join(word for word in (field.hint, limit) if word)
    if not field.error:
        return Markup("{}").format(words)
    return Markup('<strong class="error">{}</strong> {}').format(field.error, words)


def _select(field: Field, place: str, locale: str) -> Markup:
    chosen = _one(field)
    empty = Markup('<option value="">{}</option>').format(say(locale, "share.choose"))
    options = [Markup("") if field.required and chosen else empty]
    for choice in field.choices:
        mark = Markup(" selected") if choice.value == chosen else Markup("")
        options.append(
            Markup('<option value="{}"{}>{}</option>').format(choice.value, mark, choice.label)
        )
    return Markup("<select {}>{}</select>").format(_names(field, place), Markup("").join(options))


def _radios(field: Field, place: str, locale: str) -> Markup:
    options = Markup("").join(
        _option(choice, "radio", f"f.{field.key}", checked=choice.value == _one(field))
        for choice in field.choices
    )
    return _group(field, place, locale, "radios", options)


def _many(field: Field, place: str, locale: str) -> Markup:
    chosen = field.value if isinstance(field.value, tuple) else ()
    options = Markup("").join(
        _option(choice, "checkbox", f"l.{field.key}", checked=choice.value in chosen)
        for choice in field.choices
    )
    empty = Markup('<input type="hidden" name="l.{}" value="">').format(field.key)
    look = "ticks" if field.kind is Kind.TICKS else "chips"
    if look == "ticks" or len(field.choices) <= CHIPS:
        return _group(field, place, locale, look, Markup("{}{}").format(empty, options))
    start = Markup(" open") if chosen else Markup("")
    return Markup(
        '<details class="field chosen"{}><summary>{}</summary><div class="chips">{}{}</div>'
        '<p class="hint">{}</p></details>'
    ).format(start, field.label, empty, options, _hint(field, locale))


def _option(choice: Choice, kind: str, name: str, *, checked: bool) -> Markup:
    mark = Markup(" checked") if checked else Markup("")
    return Markup(
        '<label class="option"><input type="{}" name="{}" value="{}"{}><span>{}</span></label>'
    ).format(kind, name, choice.value, mark, choice.label)


def _group(field: Field, place: str, locale: str, look: str, inside: Markup) -> Markup:
    return Markup(
        '<fieldset class="field" aria-describedby="{}-hint"><legend>{}{}</legend>'
        '<div class="{}">{}</div><p class="hint" id="{}-hint">{}</p></fieldset>'
    ).format(place, field.label, _needed(field, locale), look, inside, place, _hint(field, locale))
