"""Wrong links by address: who goes on guessing is told to wait. Kept by each process for itself.

A link that was really given opens all the same: colleagues share the address of their office.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import StrEnum

from aiohttp import web

WINDOW = 600.0  # seconds
PER_ADDRESS = 20  # wrong links in a window
FROM_ALL = 500
ADDRESSES = 10_000  # the one that was wrong longest ago is forgotten first


class Step(StrEnum):
    """What a wrong link is, among those before it."""

    WRONG = "wrong"
    LOCKED = "locked"  # one too many: from here on they are not looked at any more
    SHUT = "shut"


class Attempts:
    """The last wrong links of each address, and of all together."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self.ticks = ticks
        self._by: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque(maxlen=FROM_ALL)

    def wrong(self, address: str) -> Step:
        """Counts a wrong link; SHUT while there were too many."""
        now = self.ticks()
        mine = self._by.pop(address, None) or deque(maxlen=PER_ADDRESS)
        self._by[address] = mine
        while len(self._by) > ADDRESSES:
            self._by.popitem(last=False)
        if _is_full(mine, now) or _is_full(self._all, now):
            return Step.SHUT
        mine.append(now)
        self._all.append(now)
        return Step.LOCKED if _is_full(mine, now) or _is_full(self._all, now) else Step.WRONG


def address_of(request: web.Request) -> str:
    """Who asks: the peer, or whom our own proxy names last. Of IPv6 the network, which is one's.

    A proxy stands on this machine or in a private network; what others say of themselves is not
    believed.
    """
    peer = _parsed(request.remote or "")
    named = _parsed(request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip())
    found = named if peer is not None and peer.is_private and named is not None else peer
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_full(times: deque[float], now: float) -> bool:
    """True when as many as may be came within the window."""
    return len(times) == times.maxlen and times[0] > now - WINDOW
