"""One case as colleagues see it: the doctor's change first, the rest folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.views.elements import Actions, Button, Card, Divider, Facts, Fold, Part, Style, Text
from bot.views.revisions import mark
from bot.views.withdrawn import withdrawn_card
from bot.views.words import quote, say
from cases.fields import VOCABULARY
from cases.models.case import Case
from cases.text import finished
from cases.trials import Reproduction
from cases.vocabulary import GONE, Kind, label

FOLDED = (
    "situation",
    "action",
    "result",
    "tip",
    "conditions",
    "pitfalls",
    "intent",
    "trigger",
    "success_signal",
    "first_line",
    "human_part",
    "digital_part",
)
SHOWN = {key: name for key, name in VOCABULARY.items() if key != "outcome"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A case with what its reader needs: office and author words, 再現, and the reader's own part.

    `author` is empty where the author chose 「営業所名だけ」: no author id travels to a card.
    """

    case: Case
    office: str
    author: str
    result: Reproduction
    mine: bool = False
    trying: bool = False
    reviews: bool = False
    pulls: bool = False  # the reader may take it back inside its office


def case_card(shown: Shown, locale: str) -> Card:
    """The whole case, with its buttons."""
    case = shown.case
    if case.status in GONE:
        return withdrawn_card(locale)
    parts: list[Part] = [*heading(shown, locale), *body(case, locale)]
    parts.append(Text(byline(shown, locale), Style.QUIET))
    parts.append(case_actions(shown, locale))
    return Card(tuple(parts))


def anew_card(
    views: Sequence[Shown], locale: str, waiting: Mapping[str, Sequence[Part]] | None = None
) -> Card:
    """In the place of a message whose cases are shown in another way since: as they are now.

    `waiting`: what a reviewer reads and presses, by the ids of cases that wait for them.
    """
    if not views:
        return withdrawn_card(locale)
    parts: list[Part] = [Text(say(locale, "names.anew"), Style.QUIET)]
    for number, view in enumerate(views):
        parts += [Divider()] if number else []
        own = (waiting or {}).get(view.case.id)
        parts += own or case_card(view, locale).parts
    return Card(tuple(parts))


def heading(shown: Shown, locale: str) -> list[Part]:
    """Title, what kind it is, and 再現 from two on."""
    title, tags, proof = heading_parts(shown, locale)
    return [title, *tags, *proof]


def heading_parts(shown: Shown, locale: str) -> tuple[Text, list[Text], list[Text]]:
    """The title, and where there are any the words of its kind; its doubt, and 再現."""
    tags = " ／ ".join(kind_words(shown.case, locale))
    proof = proof_words(shown.result, locale)
    return (
        Text(shown.case.title, Style.TITLE),
        [Text(tags, Style.QUIET)] if tags else [],
        [*mark(shown.case, locale), *([Text(proof, Style.GOOD)] if proof else [])],
    )


def kind_words(case: Case, locale: str) -> list[str]:
    """サンプル, 学び and 広げ方 marks, and the channels."""
    found = [say(locale, "case.sample")] if case.sample else []
    if case.kind is not Kind.CUSTOMER_CASE:
        found.append(say(locale, f"case.{case.kind}"))
    channels = "→".join(label("channels", key, locale) for key in case.channels[:3])
    return [*found, channels] if channels else found


def proof_words(result: Reproduction, locale: str) -> str:
    """「再現3件・2営業所」 from two successes of others; before that, how many are trying."""
    if result.shown:
        return say(locale, "case.reproduced", worked=result.worked, offices=result.offices)
    if result.tried:
        return say(locale, "case.tried", tried=result.tried)
    return ""


def body(case: Case, locale: str) -> list[Part]:
    """先生の変化 and the doctor's words in sight, everything else folded."""
    parts: list[Part] = [Facts(((say(locale, "case.result"), case.result),))]
    if case.voice:
        parts.append(Text(quote(locale, case.voice.strip("「」")), Style.QUOTE))
    parts.append(Text(f"{say(locale, 'case.action')}: {finished(case.action)}"))
    rows = field_rows(case, locale, leave_out=("result", "action"))
    if rows:
        parts.append(Fold(say(locale, "case.more"), (Facts(tuple(rows)),)))
    return parts


def field_rows(case: Case, locale: str, leave_out: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Label and text of every filled field, in reading order."""
    texts: Mapping[str, Any] = {**case.details, **{key: getattr(case, key, "") for key in FOLDED}}
    texts = {**texts, **case.details}
    rows = [
        (say(locale, f"case.{key}"), texts[key])
        for key in FOLDED
        if texts.get(key) and key not in leave_out
    ]
    if any(step["text"] not in case.action for step in case.steps):  # 1. 2. 3. stand there already
        rows.append((say(locale, "case.steps"), _steps(case.steps, locale)))
    for key, name in SHOWN.items():
        value = getattr(case, key)
        keys = [value] if isinstance(value, str) else value
        words = "、".join(label(name, item, locale) for item in keys if item)
        if words:
            rows.append((say(locale, f"case.{key}"), words))
    return rows


def _steps(steps: Sequence[Mapping[str, Any]], locale: str) -> str:
    lines = []
    for number, step in enumerate(steps, 1):
        days = step.get("offset")
        when = ""
        if days:
            key = "case.day_offset" if days > 0 else "case.day_before"
            when = f" ({say(locale, key, days=abs(days))})"
        lines.append(f"{number}. {step['text']}{when}")
    return "\n".join(lines)


def byline(shown: Shown, locale: str) -> str:
    """Office, and the author's name where the author shows it."""
    if not shown.author:
        return say(locale, "case.by_office", office=shown.office)
    return say(locale, "case.by", office=shown.office, name=shown.author)


def case_actions(shown: Shown, locale: str, *, listed: bool = False) -> Actions:
    """試してみる・参考になった・この方に聞く; 取り下げる and 直す for the author.

    `listed`: as one of several, without its number: a card in Teams has no room for that.
    """
    case_id = shown.case.id
    number = (Button(say(locale, "support.number_do"), "case.number", case_id),) * (not listed)
    if shown.mine:
        return Actions(
            (
                Button(say(locale, "share.edit"), "share.edit_case", case_id),
                Button(say(locale, "share.withdraw"), "share.withdraw", case_id),
            ),
            more=(_name_button(shown, locale), *number),
        )
    start = say(locale, "try.mine" if shown.trying else "try.start")
    return Actions(
        (
            Button(start, "try.start", case_id, primary=not shown.trying),
            Button(say(locale, "react.helpful"), "react.helpful", case_id),
            Button(say(locale, "react.ask_author"), "react.ask_author", case_id),
        ),
        more=(
            Button(say(locale, "react.not_a_match"), "react.not_a_match", case_id),
            Button(say(locale, "discuss.start"), "discuss.preview", case_id),
            *(
                (Button(say(locale, "reviewing.as_reviewer"), "review.open", case_id),)
                * shown.reviews
            ),
            *((Button(say(locale, "pull_back.do"), "pull.form", case_id),) * shown.pulls),
            *number,
        ),
    )


def _name_button(shown: Shown, locale: str) -> Button:
    """One's own name on one's own case: one tap each way."""
    how = "hide" if shown.case.show_author else "show"
    return Button(say(locale, f"names.{how}"), "names.choose", f"{shown.case.id}:{how}")
