"""One process that sends: what it sends with, its own clock, and whether it is to stop."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from cases.db import Database
from scheduler.job import Job
from scheduler.ledger import Pace
from scheduler.ports import Composer, Courier, LookBack


@dataclass(frozen=True, slots=True)
class Worker:
    """`ticks` is a local monotonic clock in seconds, only for the worker's own deadline.

    Once `stopping` is set nothing more is claimed; what is under way is finished.
    """

    database: Database
    courier: Courier
    look_back: LookBack
    jobs: Mapping[str, Job]
    composer: Composer
    pace: Pace = field(default_factory=Pace)
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    ticks: Callable[[], float] = time.monotonic
    dice: random.Random = field(default_factory=random.Random)
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
