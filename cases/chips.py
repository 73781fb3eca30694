"""What search understood of a question: filter chips with vocabulary keys, and how many are wanted.

「若手向け、アポ取り、病院、3つ」 → audience, outcome, any hospital, three. A chip narrows only when
the asker taps it: many cases carry few tags, and a hard filter would lose them silently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from cases.text import clean, fold
from cases.vocabulary import content, terms

MOST = 10
# Lists whose aliases name a thing; those of barriers, outcomes and stages are moods and fragments.
LISTS = ("channels", "customers", "facilities", "access", "areas")
HOSPITALS = (
    "university_hospital",
    "core_hospital_400",
    "hospital_200_399",
    "hospital_under_200",
    "cancer_center",
)
# Forms that people type in a question and that no single alias says.
FORMS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("facilities", HOSPITALS, ("病院", "hospital", "hospitals")),
    ("facilities", ("university_hospital",), ("university hospital",)),
    ("facilities", ("clinic",), ("clinic", "clinics")),
    ("facilities", ("community_pharmacy",), ("pharmacy", "pharmacies")),
    ("channels", ("email", "mr_email", "hq_email"), ("メール", "email", "emails", "e-mail")),
    ("channels", ("remote_detail",), ("online meeting", "video call")),
    ("channels", ("webinar_live",), ("webinar", "webinars", "web lecture", "web lectures")),
    ("channels", ("phone",), ("phone", "phone call")),
    ("access", ("restricted",), ("visit restriction", "visit restrictions", "no-rep policy")),
    ("outcomes", ("access_gained",), ("アポ取り", "アポが取れ", "会えた", "会えるようにな")),
    ("outcomes", ("just_in_time",), ("ちょうど欲しかった",)),
    ("outcomes", ("attendance_up",), ("参加率", "視聴率", "集客", "参加者を増や")),
    ("outcomes", ("mr_time_saved",), ("時短", "時間短縮")),
    ("outcomes", ("team_adopted",), ("横展開",)),
    ("outcomes", ("no_effect",), ("失敗", "うまくいかなかった", "failure", "failed")),
    ("barriers", ("urgency",), ("危機感がない", "課題感がない", "危機感")),
    ("barriers", ("benefit.no_time",), ("時間がない", "忙しい")),
    ("barriers", ("right_way",), ("何が正しい", "正解がわからない")),
)
# 「若手」 alone is an alias of hospital doctors, but 「若手向け」 means colleagues.
_AUDIENCE = re.compile(r"(若手|新人|中堅|ベテラン)(?:mr|メンバー|社員)?(?:向け|でも|に読ませ)")
_AUDIENCE_ALIASES = frozenset(("若手", "中堅"))
_DIGITS = {
    **{str(n): n for n in range(1, MOST + 1)},
    **dict(zip("一二三四五六七八九十", range(1, 11), strict=True)),
}
# What stands after a condition and means nothing without it; what is left of a bare question.
_LINKS = r"(?:の|で(?:の)?|に|を|が|は|と|や|、|,|\s)?"
_FILLER = re.compile(r"事例|例|ある|教えて|ください|\d+|[つ件個のでにをがはとや?？、。\s]")
_LIMIT = re.compile(
    r"(?<![\d.])(10|[1-9]|[一二三四五六七八九十])\s*(?:つ(?!目)|件(?!目)|個|例(?!目)|選|事例)"
    r"|\b(?:top|best)\s*(10|[1-9])\b|\b(10|[1-9])\s+(?:cases|examples)\b"
)


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition that was read: any of `keys` of a vocabulary list, and the words that said so.

    The list `audience` is no vocabulary list: its key is the word as typed (若手, 新人 …).
    """

    list_name: str
    keys: tuple[str, ...]
    text: str

    @property
    def facets(self) -> frozenset[str]:
        """The group of facets to pass to Index.search when the asker taps the chip."""
        return frozenset(f"{self.list_name}:{key}" for key in self.keys)


@dataclass(frozen=True, slots=True)
class Understood:
    """The chips in the order of the text, and the number of cases asked for, if any (1 to 10)."""

    chips: tuple[Chip, ...]
    limit: int | None


def understand(text: str) -> Understood:
    """Reads any text; nothing understood is an empty answer, never an error."""
    folded = fold(clean(text))
    found = sorted(_found(folded), key=lambda place: place[0])
    chips = dict.fromkeys(chip for _, chip in found)
    return Understood(tuple(chips), _limit(folded))


def once(chips: Iterable[Chip]) -> tuple[Chip, ...]:
    """Two words of one condition (面会, 訪問) are one chip, called by the first."""
    found: dict[tuple[str, tuple[str, ...]], Chip] = {}
    for chip in chips:
        found.setdefault((chip.list_name, chip.keys), chip)
    return tuple(found.values())


def left(text: str, off: Iterable[Chip]) -> str:
    """The question without the words of the chips that the asker took off, so that it asks for
    less; the whole question when nothing else would be left."""
    rest = unicodedata.normalize("NFKC", clean(text))
    for chip in off:
        rest = re.sub(re.escape(chip.text) + _LINKS, "", rest, flags=re.IGNORECASE)
    return rest if any(one.isalnum() for one in _FILLER.sub("", rest)) else text


def _found(folded: str) -> Iterator[tuple[int, Chip]]:
    taken = [False] * len(folded)
    for place in _AUDIENCE.finditer(folded):
        taken[place.start() : place.end()] = [True] * len(place.group())
        yield place.start(), Chip("audience", (place.group(1),), place.group())
    for form, meanings in _forms():
        if form not in folded:  # a search for each of 500 forms took a millisecond
            continue
        for place in re.finditer(re.escape(form), folded):
            start, end = place.span()
            if any(taken[start:end]) or _cuts_a_word(folded, start, end):
                continue
            taken[start:end] = [True] * (end - start)
            for list_name, keys in meanings:
                yield start, Chip(list_name, keys, form)


def _limit(folded: str) -> int | None:
    found = _LIMIT.search(folded)
    return _DIGITS[next(filter(None, found.groups()))] if found else None


def _cuts_a_word(folded: str, start: int, end: int) -> bool:
    """True when a Latin form is part of a longer Latin word: `DI` in `media`."""
    before, after = folded[start - 1 : start], folded[end : end + 1]
    return (_latin(folded[start]) and _latin(before)) or (_latin(folded[end - 1]) and _latin(after))


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


@cache
def _forms() -> list[tuple[str, list[tuple[str, tuple[str, ...]]]]]:
    """Every form with what it can mean, longest first: 大学病院 before 病院."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    said = {(name, form) for name, _, forms in FORMS for form in forms}
    said |= {(name, form) for name in LISTS for form in _AUDIENCE_ALIASES}
    unclear = {fold(row["term"]) for row in content("vocabulary.json")["ambiguous"]}
    for list_name, keys, forms in FORMS:
        for form in forms:
            found.setdefault(form, []).append((list_name, keys))
    for list_name in LISTS:
        for key, term in terms(list_name).items():
            for alias in (term.ja, *term.aliases):
                form = re.split(r"[(（]", fold(alias))[0].strip()
                if form and form not in unclear and (list_name, form) not in said:
                    found.setdefault(form, []).append((list_name, (key,)))
    return sorted(found.items(), key=lambda row: -len(row[0]))
