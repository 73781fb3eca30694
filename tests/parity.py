"""What works at which door: the mark of a scenario, and the table of docs/parity.md from a run.

    @scenario("ひとことで共有する")
    async def test_a_line_becomes_a_preview(driver: AnyDriver) -> None: ...

A scenario runs at every door but those that its `cannot` names with what to do there instead.
`pytest -m scenario --parity-table` writes the table; a test holds it to what is declared here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.drivers.doors import DOORS
from tests.emulate.relay import NODE

PAGE = Path(__file__).parents[1] / "docs/parity.md"
START, END = "<!-- scenarios -->\n", "<!-- end of scenarios -->"
COLUMNS = {"slack": "Slack", "teams": "Teams", "web": "ブラウザー", "terminal": "端末(体験)"}
HEAD = f"| すること | {' | '.join(COLUMNS.values())} | その画面ではできないこと・代わり |\n"
RULE = "|---" * (len(COLUMNS) + 2) + "|\n"
YES, NO = "○", "×"


class Row(NamedTuple):
    """A line of the table: what is done, and where it cannot be done with what is done instead."""

    what: str
    cannot: Mapping[str, str]
    note: str


def scenario(what: str, *, note: str = "", **cannot: str) -> pytest.MarkDecorator:
    """Ties a test to a line of the table; `cannot`: door → what to do there instead."""
    assert set(cannot) <= set(COLUMNS)
    return pytest.mark.scenario(Row(what, cannot, note))


def row_of(mark: pytest.Mark) -> Row:
    """The line that a test belongs to."""
    found: Row = mark.args[0]
    return found


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--parity-table`."""
    parser.addoption("--parity-table", action="store_true", help="write docs/parity.md")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marks, and the table where it is wanted (never in a child of xdist)."""
    config.addinivalue_line("markers", "scenario(row): a line of docs/parity.md, at every door")
    config.addinivalue_line("markers", "emulate: against npm's emulate (make test-emulate)")
    if config.getoption("--parity-table") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Table())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A scenario runs at the first door that can do it, at the others in make test-all; in make
    test-emulate at the emulator's."""
    mark = metafunc.definition.get_closest_marker("scenario")
    if mark is None:
        return
    able = [door for door in COLUMNS if door not in row_of(mark).cannot]
    rest = [pytest.param(door, marks=pytest.mark.slow) for door in able[1:]]
    doors: list[object] = [*able[:1], *rest]
    if NODE and "slack" in doors:
        doors = [pytest.param("emulate", marks=pytest.mark.emulate)]
    metafunc.parametrize("door", doors)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Puts the lines into the properties, which travel with the report."""
    for item in items:
        for mark in item.iter_markers("scenario"):
            item.user_properties.append(("scenario", row_of(mark).what))


class Table:
    """Collects reports on the process that sees all of them, and writes the page at the end."""

    def __init__(self) -> None:
        self.passed: dict[tuple[str, str], bool] = defaultdict(lambda: True)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes what ran; an error before or after the test counts as a failure."""
        if report.skipped or (report.when != "call" and report.passed):
            return
        door = report.nodeid.rpartition("[")[2].rstrip("]")
        for name, what in report.user_properties:
            if name == "scenario" and door in DOORS:
                self.passed[str(what), door] &= report.passed

    def pytest_sessionfinish(self) -> None:
        """Writes the table."""
        lines = [
            line(row, {door: self.passed.get((row.what, door), False) for door in COLUMNS})
            for row in declared()
        ]
        before, _, rest = PAGE.read_text("utf-8").partition(START)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{START}{HEAD}{RULE}{''.join(lines)}{END}{after}", "utf-8")


def declared() -> list[Row]:
    """The lines of the scenarios, in the order of the file."""
    from tests import test_scenarios  # which needs this file to be there

    tests = [found for name, found in vars(test_scenarios).items() if name.startswith("test_")]
    return [row_of(found.pytestmark[0]) for found in tests]


def line(row: Row, passed: Mapping[str, bool]) -> str:
    """One line; a door that ran and failed has no mark."""
    cells = [NO if door in row.cannot else YES if passed[door] else "" for door in COLUMNS]
    instead = [row.note, *(f"{COLUMNS[door]}: {words}" for door, words in row.cannot.items())]
    return f"| {row.what} | {' | '.join(cells)} | {'。'.join(filter(None, instead))} |\n"
