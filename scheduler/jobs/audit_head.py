"""The end of the audit trail, once a day into the log: an anchor that the database cannot change.

Whoever cuts the newest entries off, or writes the chain anew, differs from it
(`hitotsubu audit verify --heads`).
"""

from __future__ import annotations

import logging
from datetime import time

from cases import audit
from cases.db import Shelf
from scheduler.job import Chore, Turn, each_day

log = logging.getLogger(__name__)


async def work(shelf: Shelf, _turn: Turn) -> int:
    """Writes `audit head COMPANY NUMBER HASH`: one line."""
    log.info("%s", await audit.anchor(shelf))
    return 1


JOB = Chore(
    name="audit_head",
    rule="each day, 00:10",
    periods=each_day(time(0, 10)),
    work=work,
)
