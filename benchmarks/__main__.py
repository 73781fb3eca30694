"""`make bench`: the quick benchmarks one after the other, and benchmarks/README.md from them."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import acks, audit, importing, ledger, ledger_month, quality, startup, teams_tokens
from benchmarks.rows import Row, show

PAGE = Path(__file__).with_name("README.md")
NOTES = "<!-- notes -->"  # what stands below is written by hand and kept
BENCHES: dict[str, Callable[[], list[Row]]] = {
    "quality": quality.rows,
    "startup": startup.rows,
    "acks": acks.rows,
    "importing": importing.rows,
    "audit": audit.rows,
    "ledger": ledger.rows,
    "ledger_month": ledger_month.rows,
    "teams_tokens": teams_tokens.rows,
}
HEAD = """# Benchmarks

Written by `make bench` on {day}, on a machine with {cores} cores; load average {low:.1f} to
{high:.1f} while it ran (one of it is the benchmark). Where other work ran beside it, times are
upper bounds and rates lower bounds. **Blind** texts were written after the rules, and nothing was
tuned on them; all other texts were known while the product was made, and their numbers flatter.

| what | value | over | blind | command |
|---|---|---|---|---|
"""


def line(name: str, row: Row) -> str:
    """A row of the table."""
    blind = "" if row.seen else "blind"
    return f"| {row.what} | {row.value} | {row.size} | {blind} | `python -m benchmarks.{name}` |"


def main() -> None:
    """Runs all, prints as it goes, and writes the page."""
    today = datetime.now(UTC) + timedelta(hours=9)
    cores, loads = len(os.sched_getaffinity(0)), [os.getloadavg()[0]]
    lines = []
    for name, bench in BENCHES.items():
        found = bench()
        show(found)
        lines += [line(name, row) for row in found]
        loads.append(os.getloadavg()[0])
    head = HEAD.format(day=f"{today:%Y-%m-%d}", cores=cores, low=min(loads), high=max(loads))
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    notes = old[old.index(NOTES) :] if NOTES in old else f"{NOTES}\n"
    PAGE.write_text(head + "\n".join(lines) + f"\n\n{notes}", encoding="utf-8")


if __name__ == "__main__":
    main()
