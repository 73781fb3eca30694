"""One of two processes that write to one SQLite file: it reads a number and writes the next one.

    python -m tests.faults.writer URL TIMES

Prints {"errors": …, "longest": seconds}.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from cases.db import Database
from cases.scope import Scope


async def main(url: str, times: int) -> dict[str, float]:
    """Read, add one, write: each in a transaction of its own."""
    database, errors, longest = Database(url), 0, 0.0
    for _ in range(times):
        begun = time.monotonic()
        try:
            async with database.transaction(Scope("c1")) as shelf:
                company = await shelf.people.company()
                company.name = str(int(company.name) + 1)
        except Exception:
            errors += 1
        longest = max(longest, time.monotonic() - begun)
    await database.close()
    return {"errors": errors, "longest": longest}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], int(sys.argv[2])))))  # noqa: T201  # its answer
