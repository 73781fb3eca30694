"""The papers for QA and privacy: requirements lead to tests, and the data map has every table."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import cases.models  # noqa: F401  # all core tables
import scheduler.models  # noqa: F401  # inbox and ledger tables
from cases.columns import Base
from cases.index.tables import WALLED
from cases.leaving import DROPPED
from cases.store.keeping import PERSONAL
from cases.store.sealed import columns

ROOT = Path(__file__).parent.parent
VALIDATION = (ROOT / "docs/ja/バリデーション.md").read_text("utf-8")
PRIVACY = (ROOT / "docs/ja/個人情報.md").read_text("utf-8")
NUMBER = re.compile(r"[UR]-\d\d")


def table(page: str, name: str) -> dict[str, list[str]]:
    """The rows between `<!-- name -->` and its end: first cell → the others; none comes twice."""
    text = page.partition(f"<!-- {name} -->")[2].partition(f"<!-- end of {name} -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    found = {first: rest for first, *rest in rows[3:] if first}
    assert len(found) == len([row for row in rows[3:] if row[0]]), name
    return found


URS, RISKS, TRACE = (table(VALIDATION, name) for name in ("urs", "risks", "trace"))


def test_every_requirement_has_tests_and_a_number_of_its_own() -> None:
    assert list(URS) == [f"U-{number:02}" for number in range(1, len(URS) + 1)]
    assert list(TRACE) == list(URS)
    for number, (shown,) in TRACE.items():
        names = re.findall(r"`(\S+)`", shown)
        assert names, number
        assert all(re.fullmatch(r"tests/[\w/]+\.py::test_\w+", name) for name in names), number


def test_the_tests_that_need_the_development_texts_are_marked() -> None:
    """A test without its texts is skipped where a customer runs it."""
    for name, mark in re.findall(r"`(tests/\S+)`(†?)", " ".join(map(str, TRACE.values()))):
        path, _, function = name.partition("::")
        (found,) = [
            node
            for node in ast.parse((ROOT / path).read_text("utf-8")).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function
        ]
        needs = "reads_development_texts" in map(ast.unparse, found.decorator_list)
        assert needs == bool(mark), name


def test_every_risk_names_what_holds_it() -> None:
    assert list(RISKS) == [f"R-{number:02}" for number in range(1, len(RISKS) + 1)]
    for number, cells in RISKS.items():
        assert all(cells), number
        assert "U-" in cells[3] or "教育" in cells[3], number
    assert set(NUMBER.findall(VALIDATION)) == set(URS) | set(RISKS)
    held = {number for cells in RISKS.values() for number in NUMBER.findall(cells[3] + cells[4])}
    high = {number for number, (_, weight) in URS.items() if weight == "高"}
    assert high - held == set()


MAP = {name.strip("`"): cells for name, cells in table(PRIVACY, "tables").items()}


def test_the_data_map_has_every_table_once() -> None:
    assert set(MAP) == set(Base.metadata.tables)
    assert all(f"`{name}`" in PRIVACY for name in WALLED)


def test_the_data_map_says_what_is_sealed_given_out_and_ended() -> None:
    sealed = {column.table.name for column in columns()}
    assert {name for name, cells in MAP.items() if "暗号化" in cells[1]} == sealed
    given = {kind.__tablename__ for kind, _ in PERSONAL} | {"member", "case"}
    assert {name for name, cells in MAP.items() if cells[3] == "○"} == given
    assert {name for name, cells in MAP.items() if cells[4] == "消える"} == set(DROPPED)
