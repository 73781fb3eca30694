"""What a reviewer does beside approving: mask a place, give back with a comment, withdraw."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.conversation import review as reviewing
from bot.conversation.events import Fields
from bot.conversation.turn import Turn
from bot.views import review_forms
from bot.views.elements import Card, Style
from bot.views.notes import note
from bot.views.review import review_card
from cases import fields, places, review, review_deeds, review_rules
from cases.db import Shelf
from cases.errors import GuardDown, NotFound
from cases.guard import Finding
from cases.guard.masking import MASKED, Masks
from cases.models.case import Case
from cases.review import Waiting
from cases.review_deeds import Rewrite
from cases.text import clean
from cases.vocabulary import Decision

Form = Callable[[str, str, str, str], Card]
Deed = Callable[[Shelf, str, str], Awaitable[Case]]
RULES = {"person": "hcp_name", "place": "facility_name"}
HIDDEN = {"ja": "〔伏せました〕", "en": "[masked]"}


async def mask(turn: Turn, value: str) -> None:
    """One tap on a found place: the guard looks again, so that a button cannot bring words."""
    parts = value.split(":", 4)  # the field's own name may hold a colon
    if len(parts) != 5:
        raise NotFound
    subject_id, seen, start, end, key = parts
    one = await _look(turn, subject_id)
    found = await _finding(turn, one, key, (start, end))
    texts = fields.texts(fields.values_of(one.case))
    words = texts[key][found.start : found.end]
    instead = found.suggestion or HIDDEN[one.case.language]
    hidden = {name: text.replace(words, instead) for name, text in texts.items()}
    await _rewrite(turn, one, seen, Rewrite(hidden, words, instead))


async def _finding(turn: Turn, one: Waiting, key: str, span: tuple[str, str]) -> Finding:
    checked = await turn.check(fields.values_of(one.case))
    if key not in checked.verdicts:
        raise NotFound
    for found in checked.verdicts[key].findings:
        if (str(found.start), str(found.end)) == span:
            return found
    raise NotFound


async def place(turn: Turn, value: str) -> None:
    """One tap gives a masked facility its type and size, in every field of the text."""
    subject_id, seen, number, key = (*value.split(":"), "", "", "")[:4]
    masks = list(places.OPTIONS)
    if not number.isdecimal() or int(number) >= len(masks):
        raise NotFound
    mask_ = masks[int(number)]
    if key not in places.OPTIONS[mask_]:
        raise NotFound
    one = await _look(turn, subject_id)
    texts = fields.texts(fields.values_of(one.case))
    said = {name: places.specified(text, mask_, key) for name, text in texts.items()}
    await _rewrite(turn, one, seen, Rewrite(said, facility=key))


async def mask_form(turn: Turn, value: str) -> None:
    """Words that the guard did not find are typed."""
    async with turn.transaction():
        turn.open(review_forms.mask_form(value, turn.locale))


async def mask_words(turn: Turn, value: str, filled: Fields) -> None:
    """The typed words go from every field of the text, wherever they stand."""
    subject_id, _, seen = value.partition(":")
    words, as_ = clean(str(filled.get("words") or "")), str(filled.get("as") or "other")
    one = await _look(turn, subject_id)
    texts = fields.texts(fields.values_of(one.case))
    if not words or not any(words in text for text in texts.values()):
        async with turn.transaction():
            wrong = turn.words("reviewing.words_missing")
            turn.replace(review_forms.mask_form(value, turn.locale, words, wrong))
        return
    instead = _instead(words, as_, texts, one.case.language)
    hidden = {name: text.replace(words, instead) for name, text in texts.items()}
    await _rewrite(turn, one, seen, Rewrite(hidden, words, instead))


def _instead(words: str, as_: str, texts: dict[str, str], language: str) -> str:
    """A letter that nobody in the text has, the kind of a place, or 〔伏せました〕."""
    if as_ not in RULES:
        return HIDDEN[language]
    taken = frozenset(found.group()[-1] for found in MASKED.finditer(" ".join(texts.values())))
    finding = Finding(RULES[as_], Decision.MASK, 0, len(words))
    return Masks(taken=taken).suggest(finding, words)


async def _rewrite(turn: Turn, one: Waiting, seen: str, new: Rewrite) -> None:
    """The new text is thought about first: it, the letter and the card are one commit."""
    masked = Case(id=one.case.id)
    fields.fill(masked, fields.with_texts(fields.values_of(one.case), new.texts))
    spans, near = await reviewing.thought(turn, replace(one, case=masked))
    about = {"case_id": one.id} if one.draft is None else {"about": one.id}
    ring = turn.library.ring
    async with turn.transaction() as shelf:
        after = await review_deeds.rewrite(shelf, ring, one.id, seen, new)
        (row,) = await reviewing.reviewed(shelf, [after], turn.locale)
        reviewing.tell(turn, one.case.author_id, "masked", after.case.title, **about)
        row = replace(row, spans=spans, near=near)
        turn.replace(review_card(row, turn.locale, turn.words("reviewing.masked")))


async def back_form(turn: Turn, subject_id: str) -> None:
    """The short form of giving back; it says whether compliance reads it."""
    async with turn.transaction() as shelf:
        sees = review_rules.of((await shelf.people.company()).settings).compliance_sees
        turn.open(review_forms.back_form(subject_id, turn.locale, sees=sees))


async def back(turn: Turn, subject_id: str, filled: Fields) -> None:
    """Wording goes back to the author with the comment; conduct is stopped, and said as such."""
    conduct, comment = filled.get("why") == "conduct", str(filled.get("comment") or "")
    masked, wrong = await _comment(turn, comment)
    if wrong:
        async with turn.transaction() as shelf:
            sees = review_rules.of((await shelf.people.company()).settings).compliance_sees
            form = review_forms.back_form(
                subject_id, turn.locale, sees=sees, comment=comment, error=wrong
            )
            turn.replace(form)
        return
    async with turn.transaction() as shelf:
        if conduct:
            one = await review_deeds.stop(shelf, turn.library.ring, subject_id, masked)
            sees = review_rules.of((await shelf.people.company()).settings).compliance_sees
            told = {"comment": masked, "seen": "yes" if sees else "", "about": one.id}
            reviewing.tell(turn, one.case.author_id, "conduct", one.case.title, **told)
        else:
            one = await review_deeds.ask_for_changes(shelf, subject_id, masked)
            kind = "case_id" if one.draft is None else "draft_id"
            told = {"comment": masked, kind: one.id}
            reviewing.tell(turn, one.case.author_id, "returned", one.case.title, **told)
        words = turn.words("reviewing.stopped" if conduct else "reviewing.returned")
        _done(turn, note(words))


async def withdraw_form(turn: Turn, case_id: str) -> None:
    """Asks why before anything is taken out."""
    async with turn.transaction():
        turn.open(review_forms.withdraw_form(case_id, turn.locale))


async def withdraw(turn: Turn, case_id: str, filled: Fields) -> None:
    """Out of search, digests and pages at once; cards that were sent follow within minutes."""
    form, deed = review_forms.withdraw_form, review_deeds.withdraw
    await take_out(turn, case_id, filled, "withdrawn", form, deed)


async def take_out(
    turn: Turn, case_id: str, filled: Fields, how: str, form: Form, deed: Deed
) -> None:
    """What a case is taken out by, with a comment that its author reads; the form again without."""
    comment = str(filled.get("comment") or "")
    masked, wrong = await _comment(turn, comment)
    if wrong:
        async with turn.transaction():
            turn.replace(form(case_id, turn.locale, comment, wrong))
        return
    async with turn.transaction() as shelf:
        case = await deed(shelf, case_id, masked)
        about = {"comment": masked, "about": case.id}
        reviewing.tell(turn, case.author_id, how, case.title, **about)
        _done(turn, note(turn.words("share.withdrew"), style=Style.GOOD))


async def _comment(turn: Turn, comment: str) -> tuple[str, str]:
    """The comment without names, and what is wrong with it: it is stored and sent like a post."""
    if not clean(comment):
        return "", turn.words("reviewing.comment_missing")
    try:
        checked = await turn.check({"tip": comment})
    except GuardDown:
        return "", turn.words("error.E-07", code="E-07")
    if not reviewing.passes(checked.decision):
        return "", turn.words("reviewing.comment_stopped")
    return checked.masked["tip"], ""


async def _look(turn: Turn, subject_id: str) -> Waiting:
    async with turn.read() as shelf:
        return await review.look(shelf, subject_id)


def _done(turn: Turn, card: Card) -> None:
    turn.replace(card)
    turn.leave(card)
