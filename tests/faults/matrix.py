"""The fault matrix: its 40 rows, the mark that ties a test to a row, and the table from a run.

    @fault(12)
    async def test_a_429_stops_every_replica(measured: Measured) -> None:
        ...
        measured("1 call in the window")

`pytest -m fault --fault-table` runs the marked tests and writes the table of docs/reliability.md;
rows that did not run keep what they said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

PAGE = Path(__file__).parents[2] / "docs/reliability.md"
HEAD = "| FM | Fault | What has to happen | Bar | Measured | Test |\n|---|---|---|---|---|---|\n"
START, END = "<!-- matrix -->\n", "<!-- end of matrix -->"
FAILED = "**FAILED**"
PROPERTY = "fault"

Measured = Callable[[str], None]


class Row(NamedTuple):
    """A fault, what the product has to do, and the pass mark (counted after the sweep)."""

    fault: str
    required: str
    bar: str


ROWS: dict[int, Row] = {
    1: Row("kill −9 between ack and handler", "the post is there after restart", "0 acked lost"),
    2: Row("database down at an event", "not 2xx; stored once on retry", "0 lost, 0 double"),
    3: Row("same event × 4", "one case, whatever the order of replays", "1 row"),
    4: Row("down 2 h, retries spent", "gap-fill finds 300 missed posts", "300/300 within 15 min"),
    5: Row("events out of order", "the last version wins, permutations of ≤ 5", "120/120"),
    6: Row(
        "poison event, 1 in 100",
        "others go on; it is dead after 12 tries, and visible",
        "99 % done, 1 % dead",
    ),
    7: Row(
        "embedding model missing or slow",
        "ack in time, the case is found by its words",
        "p99 of the ack ≤ 300 ms",
    ),
    8: Row("kill −9 of a worker, 40 × in 2,500", "each message once", "0 twice, 0 missing"),
    9: Row("500 or reset after the effect, 10 %", "no second message", "0 twice"),
    10: Row("the SDK retries by itself", "one POST for an attempt, also on a reset", "1 POST"),
    11: Row(
        "a message lands after the quiet time, 2 %",
        "the sweep deletes the extra copy",
        "0 extra after the sweep",
    ),
    12: Row("429 on one of 3 replicas", "all replicas stop", "≤ 1 call in the window"),
    13: Row('Retry-After missing, 0, 86400, "abc", a date', "sane: between 1 s and 1 h", "5 of 5"),
    14: Row("worker frozen 120 s before its POST", "the fence stops it", "0 extra"),
    15: Row("two planners in the same second", "one row each", "exactly 1,000 rows"),
    16: Row("down on the due day 09:00–11:00", "sent late, and marked so", "100 %"),
    17: Row("down three months", "one combined digest", "1"),
    18: Row("day 31 in short months; 29 February", "12 fires a year, 2024–2035", "144 of 144"),
    19: Row(
        "due on a holiday, Sunday, New Year, Golden Week",
        "the next business day of the same month",
        "100 %",
    ),
    20: Row("wall clock +1 h, −1 h, +40 days and back", "no double, no skip", "0 and 0"),
    21: Row("clock of a replica 5 min off", "database time rules; not ready above 5 s", "0 double"),
    22: Row(
        "time zone or quiet hours changed while queued",
        "another time, the same key",
        "1 message",
    ),
    23: Row("opt-out, leave, role lost after fan-out", "cancelled at each step", "0 sent"),
    24: Row(
        "token revoked in the middle of a digest",
        "workspace paused; the rest goes out on resume",
        "0 attempts burned, 100 % after",
    ),
    25: Row("PostgreSQL crash during a drain, 8 ×", "recovers", "0 acked commits lost"),
    26: Row(
        "failover: connections cut, read-only 20 s", "backs off, reconnects", "≤ 30 s, no crash"
    ),
    27: Row("SQLite, two writers, 2 × 3,000", 'no "locked" error, no lost update', "0 and 0"),
    28: Row("disk full (RLIMIT_FSIZE)", "not ready, refuses the ack", "integrity ok, 0 acked lost"),
    29: Row(
        "SIGTERM in a drain of 1,000",
        "leases released, another worker goes on",
        "exit ≤ 30 s, gap ≤ 5 s",
    ),
    30: Row("rolling deploy", "old and new code on the new schema", "0 errors"),
    31: Row("migration on 100,000 cases under traffic", "no lock above 3 s", "p99 ≤ 3 s, 0 errors"),
    32: Row("restore of yesterday's dump", "nothing re-sent, tombstones re-applied", "0 and 0"),
    33: Row("function or module of a job renamed", "schedules survive", "100 %"),
    34: Row("payload above the platform's limits", "split or shortened", "0 refused"),
    35: Row("one dead company with 100,000 rows", "others are not delayed", "p95 ≤ 2 × alone"),
    36: Row("100 posts in 10 s", "all acked within 3 s", "p99 ≤ 1 s"),
    37: Row("DNS, TLS or connect failure", "known as not done", "0 history calls"),
    38: Row("HTML or truncated JSON with 200", "ambiguous, not sent", "0 false sent"),
    39: Row("history gives 429 or 15-row pages", "follows the cursor, waits", "right verdict"),
    40: Row("planner task dead, process alive", "not ready, and an alarm", "≤ 60 s"),
}


def fault(number: int) -> pytest.MarkDecorator:
    """Ties a test to a row of the matrix; a test may carry several."""
    assert number in ROWS
    return pytest.mark.fault(number)


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Measured:
    """Call it with what came out, in a few words: it stands in the table."""

    def say(value: str) -> None:
        record_property("measured", value)

    return say


@dataclass
class Outcome:
    """What the tests of one row came to."""

    tests: dict[str, list[bool]] = field(default_factory=dict)  # id → passed, one per parameter
    values: list[str] = field(default_factory=list)

    def add(self, report: pytest.TestReport) -> None:
        """One test, as it was reported."""
        self.tests.setdefault(report.nodeid.partition("[")[0], []).append(report.passed)
        self.values += [str(value) for name, value in report.user_properties if name == "measured"]

    def measured(self) -> str:
        """The values and how many tests passed, or that one failed."""
        passed = [one for results in self.tests.values() for one in results]
        if not all(passed):
            return FAILED
        count = f"{len(passed)} passed" if len(passed) > 1 else "passed"
        return "; ".join([*dict.fromkeys(self.values), count])


class Table:
    """Collects reports on the process that sees all of them, and writes the page at the end."""

    def __init__(self, page: Path) -> None:
        self.page = page
        self.outcomes: dict[int, Outcome] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes what ran; an error before or after the test counts as a failure."""
        if report.skipped or (report.when != "call" and report.passed):
            return
        for name, number in report.user_properties:
            if name == PROPERTY:
                self.outcomes.setdefault(int(str(number)), Outcome()).add(report)

    def pytest_sessionfinish(self) -> None:
        """Writes the table."""
        self.page.write_text(written(self.page.read_text("utf-8"), self.outcomes), "utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--fault-table`."""
    parser.addoption("--fault-table", action="store_true", help="write docs/reliability.md")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the mark, and the table where it is wanted (never in a child of xdist)."""
    config.addinivalue_line("markers", "fault(number): a row of the fault matrix")
    if config.getoption("--fault-table") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Table(PAGE))


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Puts the numbers into the properties, which travel with the report."""
    for item in items:
        item.user_properties += [(PROPERTY, mark.args[0]) for mark in item.iter_markers("fault")]


def rows_of(page: str) -> dict[int, tuple[str, str]]:
    """Number → (measured, tests) as the page says."""
    table = page.partition(START)[2].partition(END)[0]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return {int(row[0]): (row[4], row[5]) for row in cells if len(row) == 6}


def written(page: str, outcomes: dict[int, Outcome]) -> str:
    """The page with the rows that ran put in; all other rows stay."""
    known = rows_of(page)
    for number, outcome in outcomes.items():
        tests = "<br>".join(f"`{name}`" for name in sorted(outcome.tests))
        known[number] = (outcome.measured().replace("|", "/"), tests)
    lines = []
    for number, row in ROWS.items():
        value, tests = known.get(number, ("—", "—"))
        lines.append(f"| {number} | {row.fault} | {row.required} | {row.bar} | {value} | {tests} |")
    before, _, rest = page.partition(START)
    return f"{before}{START}{HEAD}" + "\n".join(lines) + f"\n{END}{rest.partition(END)[2]}"


def named_tests(page: str) -> dict[int, list[str]]:
    """Number → the ids of the tests that the page names."""
    return {
        number: re.findall(r"`([\w./]+::[\w:]+)`", tests)
        for number, (_, tests) in rows_of(page).items()
    }
