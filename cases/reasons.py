"""Why a case was found: its sentence that answers best, the words that did it, and its points."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cases import words
from cases.chips import Chip
from cases.index import parts
from cases.question import HEARD, Question
from cases.text import fold
from cases.vocabulary import terms

# A sentence nearest in meaning is worth about one shared theme and a half; a word half a theme.
NEAREST, WORD = 1.5, 0.5
# The title stands on the card anyway: it is quoted only when nothing else fits.
TITLE = 0.5
# Themes of nearly every case and words without content are no reason for a person.
EVERYWHERE, FAINT = frozenset(("doctor", "hospital", "meet")), 0.3
EMPTY = frozenset((
    "為る", "有る", "居る", "成る", "言う", "出来る", "思う", "下さる", "頂く", "教える", "事例",
    "先生", "the", "and", "for", "with", "that", "this", "was", "are", "how", "what",
))  # fmt: skip
# After a 「…?」 the sentence runs on with one of these, and says nothing without what is before it.
_RUNS_ON = re.compile(
    r"[」』、。]|と(?=[、。」]|言|い[いっ]|おっ?し|聞|喜|返|伺|の(?:声|こと|お))|って|との"
)


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence of the case as written; `marks`: start and end of its matching words, in order."""

    sentence: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """違う点: a chip that is not met, and what the case says instead (keys; empty: not written)."""

    chip: Chip
    instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """合っている点 and 違う点 of a case for the chips of a question."""

    matching: tuple[Chip, ...]
    different: tuple[Difference, ...]


NO_POINTS = Points((), ())


def why(
    question: Question,
    fields: Mapping[str, str],
    nearest: int | None = None,
    said: Collection[str] | None = None,
) -> Reason:
    """The sentence of a case that answers best; an empty one when the case has no text.

    `nearest` is Scored.sentence: the number of the sentence that is nearest in meaning. `said` is
    Scored.said; None: the case may hold any word of the question.
    """
    found = [sentence for _, sentence in parts(fields)[1:]]
    quotes = [_quoted(found, number) for number in range(len(found))]
    told = [_told(question, sentence) for sentence in quotes]
    title = fields.get("title", "")

    def worth(number: int, same: int) -> float:
        own = WORD * same + _weight(question, told[number]) + NEAREST * (number == nearest)
        return own * (TITLE if title.startswith(quotes[number].rstrip("。")) else 1)

    # Reading words takes longest. Where all that the case holds would not do, none is looked for.
    most = len({*(question.spoken() if said is None else said)} - EMPTY)
    best, value, place = Reason("", ()), -1.0, 0
    for number in sorted(range(len(quotes)), key=lambda number: -worth(number, most)):
        if worth(number, most) < value:
            break
        same = _same(question, quotes[number])
        own = worth(number, len(set(same.values())))
        if own > value or (own == value and number < place):
            marks = _joined([*same, *told[number]])
            best, value, place = Reason(quotes[number], marks), own, number
    return best


def _quoted(found: Sequence[str], number: int) -> str:
    """A sentence as one quotes it: 「答えは?」 and 「と。」 after it are one, not two."""
    first, after = number, number + 1
    while first and _goes_on(found[first - 1], found[first]):
        first -= 1
    while after < len(found) and _goes_on(found[after - 1], found[after]):
        after += 1
    return "".join(found[first:after])


def _goes_on(before: str, sentence: str) -> bool:
    """True when a quotation was cut in two, or when what follows it belongs to it."""
    is_open = before.count("「") > before.count("」") or before.count("『") > before.count("』")
    return is_open or _RUNS_ON.match(sentence) is not None


def points(chips: Sequence[Chip], facets: Collection[str], fields: Mapping[str, str]) -> Points:
    """Which conditions of the question the case meets, by its tags or in its own words."""
    text = fold("\n".join(sentence for _, sentence in parts(fields)[1:]))
    matching, different = [], []
    for chip in chips:
        if _tagged(chip, facets) or _written(chip, text):
            matching.append(chip)
        else:
            different.append(Difference(chip, _instead(chip, facets)))
    return Points(tuple(matching), tuple(different))


def _same(question: Question, sentence: str) -> dict[tuple[int, int], str]:
    """The words of the question in a sentence, by their places."""
    return {
        (start, end): word
        for start, end, word in words.spans(sentence)
        if f"{words.WORD}{word}" in question.words and end - start > 1 and word not in EMPTY
    }


def _told(question: Question, sentence: str) -> dict[tuple[int, int], str]:
    """The themes of the question in a sentence, by their places."""
    return {
        (start, end): theme
        for start, end, theme in words.theme_places(sentence)
        if question.themes.get(theme, 0) >= HEARD
    }


def _weight(question: Question, told: Mapping[tuple[int, int], str]) -> float:
    return sum(question.themes[theme] * _says(theme) for theme in set(told.values()))


def _says(theme: str) -> float:
    return FAINT if theme in EVERYWHERE else 1.0


def _joined(marks: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The marks in order, those that touch or overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _tagged(chip: Chip, facets: Collection[str]) -> bool:
    return any(
        facet in facets or any(own.startswith(f"{facet}.") for own in facets)
        for facet in chip.facets
    )


def _written(chip: Chip, text: str) -> bool:
    forms = [chip.text]
    for key in chip.keys:
        if term := terms(chip.list_name).get(key) if chip.list_name != "audience" else None:
            forms += [term.ja, *term.aliases]
    if any(fold(form) in text for form in forms):
        return True
    # Only a theme of the whole chip: 訪問規制 is not met by any 訪問.
    whole = (0, len(chip.text))
    meant = {theme for *place, theme in words.theme_places(chip.text) if tuple(place) == whole}
    return any(theme in meant for *_, theme in words.theme_places(text)) if meant else False


def _instead(chip: Chip, facets: Collection[str]) -> tuple[str, ...]:
    start = f"{chip.list_name}:"
    return tuple(sorted(facet.removeprefix(start) for facet in facets if facet.startswith(start)))
