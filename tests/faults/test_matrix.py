"""docs/reliability.md names all rows of the fault matrix, and every test it names is there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.faults.matrix import FAILED, PAGE, PROPERTY, ROWS, Outcome, named_tests, rows_of, written

ROOT = Path(__file__).parents[2]
TESTS = named_tests(PAGE.read_text("utf-8"))


def marked(path: Path) -> dict[str, set[int]]:
    """Test function → the numbers of its `@fault(…)` marks."""
    tree = ast.parse(path.read_text("utf-8"))
    found: dict[str, set[int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = _numbers(node.decorator_list)
    return found


def _numbers(decorators: list[ast.expr]) -> set[int]:
    return {
        int(ast.literal_eval(one.args[0]))
        for one in decorators
        if isinstance(one, ast.Call) and ast.unparse(one.func) in ("fault", "pytest.mark.fault")
    }


def test_the_matrix_has_forty_rows_and_the_page_names_them() -> None:
    assert list(ROWS) == list(range(1, 41))
    assert list(rows_of(PAGE.read_text("utf-8"))) == list(ROWS)


@pytest.mark.parametrize("number", TESTS)
def test_every_test_of_a_row_is_there_and_carries_its_number(number: int) -> None:
    for name in TESTS[number]:
        path, _, function = name.partition("::")
        assert number in marked(ROOT / path)[function.rpartition("::")[2]]


def test_no_row_of_the_page_failed() -> None:
    assert FAILED not in PAGE.read_text("utf-8")


def test_a_row_that_ran_replaces_its_line_and_the_others_stay() -> None:
    page = "before\n<!-- matrix -->\n<!-- end of matrix -->after\n"
    first = written(page, {12: _outcome("tests/a.py::test_b[x]", passed=True, value="1 call")})
    assert rows_of(first)[12] == ("1 call; passed", "`tests/a.py::test_b`")
    second = written(first, {13: _outcome("tests/a.py::test_c", passed=False, value="")})
    assert rows_of(second)[13][0] == FAILED
    assert rows_of(second)[12] == rows_of(first)[12]
    assert second.startswith("before\n")
    assert second.endswith("after\n")


def _outcome(name: str, *, passed: bool, value: str) -> Outcome:
    outcome = Outcome()
    report = pytest.TestReport(
        nodeid=name, location=("", 0, ""), keywords={}, longrepr=None, when="call",
        outcome="passed" if passed else "failed",
        user_properties=[(PROPERTY, 1), ("measured", value)],
    )  # fmt: skip
    outcome.add(report)
    return outcome
