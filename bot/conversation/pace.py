"""How often one person may ask in a minute; beyond it a polite no, so that no script keeps others.

Far above what hands can do. Counted in each process for itself.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Literal

from cases.errors import TooOften

What = Literal["typed", "read", "search"]
# typed: lines in the one box; read: texts for the guard; search: questions and their next pages.
A_MINUTE: dict[What, int] = {"typed": 90, "read": 30, "search": 60}
MINUTE = 60.0  # seconds
PEOPLE = 10_000  # the one who asked longest ago is forgotten first


class Pace:
    """What each person asked in the last minute. `ticks` gives seconds that only go forward."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._asked: OrderedDict[tuple[str, str, What], deque[float]] = OrderedDict()

    def take(self, company_id: str, member_id: str, what: What) -> None:
        """Counts one. Raises TooOften at the limit; what is refused is not counted."""
        key, now = (company_id, member_id, what), self._ticks()
        mine = self._asked.pop(key, None) or deque(maxlen=A_MINUTE[what])
        self._asked[key] = mine
        while len(self._asked) > PEOPLE:
            self._asked.popitem(last=False)
        if len(mine) == mine.maxlen and now - mine[0] < MINUTE:
            raise TooOften
        mine.append(now)
