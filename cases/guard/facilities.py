"""Names of hospitals, clinics, pharmacies, universities: a proper word before a kind of place."""

from __future__ import annotations

import re

from cases.guard.findings import Finding, finding
from cases.guard.lexicon import word_set
from cases.guard.morphemes import Reading, Token
from cases.guard.place_words import KIND, kana_start, prefix, proper_start
from cases.guard.short_houses import BRANCH, HOUSE_AFTER, short_houses

# What follows makes it an office or a society of our side (病院第二営業所, 病院薬剤師会).
_OURS = re.compile(
    r"(?:第[一二三四五六七八九\d]|営業|支店|担当|薬剤師会|薬局学会|医師会|協会|団体|チーム)"
)
_TAIL_OF_UNIVERSITY = re.compile(
    r"(?:大学|医科大学?|医大)(?P<more>(?:医学部|歯学部|薬学部)?(?:附属|付属)?[一-龥ぁ-んァ-ヶ]{0,6}?"
    r"(?:病院|医療センター|クリニック))"
)
_CORPORATION = re.compile(
    r"(?:(?:(?:地方)?独立行政法人|国立大学法人|(?:一般|公益)?(?:社団|財団)法人|(?:特定|社会)?医療法人(?:社団|財団)?"
    r"|社会福祉法人|学校法人)[ ]?)?[一-龥ぁ-んァ-ヶー々]{1,14}(?:会|機構|連|組合|団|学園|法人)[ ]$"
)
_LED_IN = re.compile(r"^.*(?<![ぁ-ん])[はをがに](?=[一-龥])")  # 水曜は緑会 みなと病院
_ONE_EACH = ("がんセンター", "循環器センター", "周産期センター")
_FOUNDER = re.compile(r"[都道府県市区町村国](?:立|民)$")
_ENGLISH = re.compile(
    r"(?<![A-Za-z])(?:St\.[ ])?(?:[A-Z][A-Za-z'’-]*[ ]){1,4}(?:of[ ][A-Z][a-z]+[ ])?"
    r"(?:Hospital|Clinic|Infirmary|Pharmacy|Surgery|Medical Cent(?:er|re)|Health Cent(?:er|re)"
    r"|Cancer Cent(?:er|re)|Medical Practice|University)(?![A-Za-z])"
)
# At Brook General, from Hollin Memorial: without the word hospital.
_ENGLISH_SHORT = re.compile(
    r"(?:(?<=\bat )|(?<=\bfrom )|(?<=\bof )|(?<=\bin ))(?:St\.? )?(?P<name>[A-Z][a-z'’]{3,})(?: [A-Z][a-z]{3,})?"
    r" (?:General|Memorial|Infirmary|Royal)(?! ?[A-Z])(?![A-Za-z]| (?:meeting|manager|practi))"
)
_ENGLISH_PLAIN = word_set("english_plain")
_SKIPPED = _ENGLISH_PLAIN - {"Royal", "National"}
_VERB = re.compile(r"[A-Z][a-z]{2,}ed$")  # Visited Brook Medical Centre
_SPECIAL = word_set("facility_special")


def facilities(reading: Reading) -> list[Finding]:
    """Findings of rule `facility_name`, in places of the folded text, without the department."""
    text = reading.text
    spans = [span for m in KIND.finditer(text) if (span := _named(reading, m))]
    spans += [(_with_corporation(text, start), end) for start, end in short_houses(reading)]
    spans += [span for m in _ENGLISH.finditer(text) if (span := _english(m))]
    spans += [m.span() for m in _ENGLISH_SHORT.finditer(text) if m["name"] not in _ENGLISH_PLAIN]
    return [finding("facility_name", start, end) for start, end in _merged(spans)]


def _named(reading: Reading, kind: re.Match[str]) -> tuple[int, int] | None:
    if _OURS.match(reading.text, kind.end()):
        return None
    if reading.text.startswith("市中", kind.start() - 2):  # a kind of hospital, not a place
        return None
    tokens = prefix(reading, kind.start())
    short = kind.group() in ("HP", "CL")  # HP is a home page too
    strict = short and not HOUSE_AFTER.match(reading.text, kind.end())
    if (kana := kana_start(reading, kind.start())) is not None:
        return _with_corporation(reading.text, kana), _end(reading.text, kind)
    start = proper_start(tokens, strict=strict)
    if start is None:
        start = _founded(tokens, kind.group())
    if start is None:
        return None
    if not tokens[-1].end <= kind.start() and not tokens[-1].is_proper and len(tokens) == 1:
        return None  # 大学病院, 調剤薬局: one common word
    return _with_corporation(reading.text, start), _end(reading.text, kind)


def _end(text: str, kind: re.Match[str]) -> int:
    end = kind.end()
    if more := _TAIL_OF_UNIVERSITY.match(text, kind.start()):
        end = more.end()
    if kind.group() in ("薬局", "ファーマシー") and (branch := BRANCH.match(text, end)):
        end = branch.end()
    return end


def _founded(tokens: list[Token], kind: str) -> int | None:
    """県立こども病院, 中央市民病院, 県立がんセンター: founder and purpose together are one house."""
    founded = any(_FOUNDER.search(t.surface) for t in tokens)
    special = kind in _ONE_EACH or any(t.surface in _SPECIAL for t in tokens)
    return tokens[0].start if founded and special else None


def _with_corporation(text: str, start: int) -> int:
    before = _CORPORATION.search(text[max(0, start - 20) : start])
    return start - len(_LED_IN.sub("", before.group())) if before else start


def _english(found: re.Match[str]) -> tuple[int, int] | None:
    words = found.group().split(" ")
    skipped = 0
    while words and (words[0] in _SKIPPED or (len(words) > 2 and _VERB.match(words[0]))):
        skipped += len(words.pop(0)) + 1
    if not any(word not in _ENGLISH_PLAIN for word in words[:-1]):
        return None
    return found.start() + skipped, found.end()


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
            continue
        kept.append((start, end))
    return kept
