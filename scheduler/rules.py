"""What 事務局 may choose about a schedule: options with their allowed values, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from cases.errors import BadInput
from scheduler import calendar as dates

Value = int | str | tuple[int, ...]
_STEP = timedelta(minutes=15)
_LAST = time(17, 30)  # a message at 17:59 would wait for the next morning


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. `many` > 0: up to that many of `allowed`, given as a tuple in their order."""

    key: str
    default: Value
    allowed: tuple[int | str, ...]
    many: int = 0


class BadChoice(BadInput):
    """A value that is not allowed. `detail` is `option: value`."""

    code = "E-18"

    def __init__(self, key: str, value: object) -> None:
        super().__init__(f"{key}: {value}")
        self.key = key


def at_time(default: time) -> Option:
    """A time of day inside the sending window, in quarters of an hour."""
    return Option("time", f"{default:%H:%M}", _quarters(dates.WINDOW[0], _LAST))


def time_of(chosen: Mapping[str, Any], default: time) -> time:
    """The chosen time of day."""
    return time.fromisoformat(chosen["time"]) if "time" in chosen else default


def read(options: Sequence[Option], raw: Mapping[str, object]) -> dict[str, Any]:
    """A whole choice as JSON values. Raises BadChoice for what is unknown, missing or not allowed.

    A value is text as a form or a command line gives it: `"3"`, `"10:00"`, `["2", "4"]` or `"2,4"`.
    """
    unknown = set(raw) - {option.key for option in options}
    if unknown:
        key = min(unknown)
        raise BadChoice(key, raw[key])
    return {option.key: _read(option, raw.get(option.key, "")) for option in options}


def chosen(options: Sequence[Option], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with the defaults of what was never chosen."""
    defaults = {
        option.key: list(option.default) if isinstance(option.default, tuple) else option.default
        for option in options
    }
    return defaults | {key: value for key, value in settings.items() if key in defaults}


def _read(option: Option, raw: object) -> object:
    known = {str(value): value for value in option.allowed}
    if not option.many:
        if str(raw) not in known:
            raise BadChoice(option.key, raw)
        return known[str(raw)]
    parts = raw.split(",") if isinstance(raw, str) else raw
    words = [str(part) for part in parts] if isinstance(parts, (list, tuple)) else []
    if not 0 < len(set(words)) <= option.many or not set(words) <= set(known):
        raise BadChoice(option.key, ",".join(words))
    return [value for word, value in known.items() if word in words]


def _quarters(first: time, last: time) -> tuple[str, ...]:
    count = (last.hour * 60 + last.minute - first.hour * 60 - first.minute) // 15
    start = timedelta(hours=first.hour, minutes=first.minute)
    moments = (start + step * _STEP for step in range(count + 1))
    return tuple(f"{one.seconds // 3600:02d}:{one.seconds % 3600 // 60:02d}" for one in moments)
