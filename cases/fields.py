"""The fields of a case: limits that bind people's input, and moving values between draft and case.

Limits are code points after NFKC (domain.md §2.2); imports keep longer text and only warn.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from cases import places
from cases.errors import Missing, TooLong
from cases.models.case import Case
from cases.text import clean, content_hash, is_japanese, shorten
from cases.vocabulary import Kind

LIMITS = {
    "title": 40,
    "situation": 300,
    "action": 500,
    "result": 200,
    "tip": 200,
    "voice": 100,
    "intent": 80,
    "conditions": 200,
    "trigger": 120,
    "success_signal": 100,
    "pitfalls": 200,
    "first_line": 80,
    "human_part": 100,
    "digital_part": 100,
}
REQUIRED = ("action", "result")
DETAILS = ("trigger", "success_signal", "pitfalls", "first_line", "human_part", "digital_part")
TEXTS = tuple(LIMITS)
LISTS = {"channels": "channels", "area": "areas", "customer": "customers", "barrier": "barriers"}
WORDS = {"facility": "facilities", "access": "access"}
# The vocabulary list behind every coded field.
VOCABULARY = {
    "channels": "channels",
    "area": "areas",
    "customer": "customers",
    "facility": "facilities",
    "access": "access",
    "barrier": "barriers",
    "outcome": "outcomes",
}
AT_MOST = {"area": 2, "customer": 2, "barrier": 2, "outcome": 2, "channels": 21}


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """The free texts among the values, cleaned, without empty ones; a step's text is `step:N`."""
    found = {key: clean(str(values[key])) for key in TEXTS if values.get(key)}
    for number, step in enumerate(values.get("steps") or []):
        found[f"step:{number}"] = clean(step["text"])
    return {key: text for key, text in found.items() if text}


def with_texts(values: Mapping[str, Any], masked: Mapping[str, str]) -> dict[str, Any]:
    """The values with their free texts replaced by the masked ones."""
    steps = [
        {**step, "text": masked.get(f"step:{number}", "")}
        for number, step in enumerate(values.get("steps") or [])
    ]
    plain = {key: masked.get(key, "") for key in TEXTS if key in values or key in masked}
    return {**values, **plain, "steps": steps}


def without(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without the words that a reviewer masked since they were written (`hidden`)."""
    found = texts(values)
    for words, instead in values.get("hidden") or ():
        found = {key: text.replace(words, instead) for key, text in found.items()}
    return with_texts(values, found) if values.get("hidden") else dict(values)


def check_lengths(values: Mapping[str, Any]) -> None:
    """Raises Missing or TooLong for the first field that breaks a limit."""
    found = texts(values)
    for key in REQUIRED:
        if not found.get(key):
            raise Missing(key)
    for key, limit in too_long(values):
        raise TooLong(f"{key}:{limit}")


def too_long(values: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Fields over their limit, as (key, limit)."""
    limits = {key: LIMITS.get(key, 100) for key in texts(values)}
    return [
        (key, limits[key])
        for key, text in texts(values).items()
        if len(unicodedata.normalize("NFKC", places.bare(text))) > limits[key]
    ]


def text_hash(values: Mapping[str, Any]) -> str:
    """SHA-256 over all free texts: what the three ticks were set for."""
    return content_hash("\x1f".join(f"{key}={text}" for key, text in sorted(texts(values).items())))


def title_of(values: Mapping[str, Any]) -> str:
    """The title, or the start of what was done when nobody wrote one."""
    return clean(str(values.get("title") or "")) or shorten(clean(str(values["action"])), 40)


def fill(case: Case, values: Mapping[str, Any]) -> None:
    """Writes a draft's values into a case row."""
    found = texts(values)
    for key in TEXTS:
        if key not in DETAILS:
            setattr(case, key, found.get(key, ""))
    case.title = title_of(values)
    case.details = {key: found[key] for key in DETAILS if key in found}
    case.steps = list(values.get("steps") or [])
    for key in (*LISTS, "outcome"):
        setattr(case, key, list(values.get(key) or [])[: AT_MOST[key]])
    for key in WORDS:
        setattr(case, key, str(values.get(key) or ""))
    case.kind = Kind(values.get("kind") or Kind.CUSTOMER_CASE)
    case.language = "ja" if is_japanese(case.action + case.result) else "en"


def values_of(case: Case) -> dict[str, Any]:
    """A case's values, as a draft holds them."""
    values: dict[str, Any] = {key: getattr(case, key) for key in TEXTS if key not in DETAILS}
    values.update(case.details)
    values["steps"] = [dict(step) for step in case.steps]
    for key in (*LISTS, "outcome"):
        values[key] = list(getattr(case, key))
    for key in WORDS:
        values[key] = getattr(case, key)
    values["kind"] = str(case.kind)
    return values


def keys_of(case: Case, field: str) -> list[str]:
    """The vocabulary keys in a field, whether it holds one or several."""
    value = getattr(case, field)
    if isinstance(value, str):
        return [value] if value else []
    return list(value)
