"""The house rules that a machine can hold: the arrow, the doors, sizes, names, dangerous calls."""

import ast
import logging
import re
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import importlinter.cli
import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "cases", "scheduler")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LINES = 250
TEST_LINES = 400  # rows of examples and the steps of a story read better in one place
STORES = ("cases/store/", "scheduler/store/")
TIMELESS = ("cases/", "scheduler/", "bot/conversation/", "bot/views/")
CLOCKS = ("scheduler/clock.py",)
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml"}
EMPTY_NAMES = {"utils", "util", "common", "core", "helpers", "manager", "service", "misc"}

SAYING = (ast.Call, ast.Import, ast.ImportFrom, ast.keyword)  # the nodes that a rule may look at

Rule = Callable[[str, ast.AST], bool]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def called(node: ast.AST) -> str:
    """The last word of what is called: `select` for `select(…)` and for `sa.select(…)`."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def imported(node: ast.AST) -> set[str]:
    """The top-level modules that this statement imports."""
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0]}
    names = node.names if isinstance(node, ast.Import) else []
    return {alias.name.partition(".")[0] for alias in names}


def breaks(path: Path) -> list[str]:
    """`rule path:line` wherever a rule is broken."""
    name = name_of(path)
    return [
        f"{rule.__name__} {name}:{getattr(node, 'lineno', 1)}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, SAYING)
        for rule in RULES
        if rule(name, node)
    ]


def queries_outside_a_store(path: str, node: ast.AST) -> bool:
    if path.startswith(STORES):
        return False
    from_sqlalchemy = isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy"
    if from_sqlalchemy:
        return any(alias.name == "select" for alias in node.names)  # type: ignore[attr-defined] # checked in the line above
    return called(node) == "select" and isinstance(node.func, ast.Name)  # type: ignore[attr-defined] # only calls have a name


def unsafe_module(_: str, node: ast.AST) -> bool:
    return bool(imported(node) & UNSAFE_MODULES)


def runs_text_as_code(_: str, node: ast.AST) -> bool:
    return called(node) in {"eval", "exec"} and isinstance(node.func, ast.Name)  # type: ignore[attr-defined] # only calls have a name


def trusts_remote_code(_: str, node: ast.AST) -> bool:
    is_word = isinstance(node, ast.keyword) and node.arg == "trust_remote_code"
    return is_word and not (isinstance(node.value, ast.Constant) and node.value.value is False)  # type: ignore[attr-defined] # checked in the line above


def loads_unsafe_weights(_: str, node: ast.AST) -> bool:
    word = isinstance(node, ast.keyword) and node.arg == "weights_only"
    return word and not (isinstance(node.value, ast.Constant) and node.value.value is True)  # type: ignore[attr-defined] # checked in the line above


def unpacks_objects(_: str, node: ast.AST) -> bool:
    owner = getattr(getattr(node, "func", None), "value", None)
    if getattr(owner, "id", "") == "torch" and called(node) == "load":
        return True
    word = isinstance(node, ast.keyword) and node.arg == "allow_pickle"
    return word and not (isinstance(node.value, ast.Constant) and node.value.value is False)  # type: ignore[attr-defined] # checked in the line above


def builds_sql_from_strings(_: str, node: ast.AST) -> bool:
    if called(node) not in {"text", "execute", "exec_driver_sql", "executescript"}:
        return False
    return any(is_assembled(argument) for argument in node.args[:1])  # type: ignore[attr-defined] # a call has arguments


def is_assembled(node: ast.AST) -> bool:
    """An f-string with a hole, `%` or `+` on a string, or `.format(…)`."""
    if isinstance(node, ast.JoinedStr):
        is_pragma = ast.unparse(node).startswith("f'PRAGMA ")  # SQLite takes no parameters there
        return not is_pragma and any(isinstance(part, ast.FormattedValue) for part in node.values)
    return called(node) == "format" or isinstance(node, ast.BinOp)


def reads_the_clock(path: str, node: ast.AST) -> bool:
    if not path.startswith(TIMELESS) or path in CLOCKS:
        return False
    owner = getattr(getattr(node, "func", None), "value", None)
    word = getattr(owner, "id", getattr(owner, "attr", ""))
    return (word, called(node)) in {
        ("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("datetime", "today"),
        ("time", "time"),
    }  # fmt: skip


RULES: list[Rule] = [
    queries_outside_a_store,
    unsafe_module,
    runs_text_as_code,
    trusts_remote_code,
    loads_unsafe_weights,
    unpacks_objects,
    builds_sql_from_strings,
    reads_the_clock,
]


@pytest.mark.attack(45, 48)
def test_no_source_file_breaks_a_rule() -> None:
    assert [place for path in SOURCES for place in breaks(path)] == []


BROKEN: dict[Rule, str] = {
    queries_outside_a_store: "from sqlalchemy import select",
    unsafe_module: "import pickle",
    runs_text_as_code: "eval('1')",
    trusts_remote_code: "load(trust_remote_code=True)",
    loads_unsafe_weights: "load(weights_only=False)",
    unpacks_objects: "torch.load(path)",
    builds_sql_from_strings: "text(f'select {x}')",
    reads_the_clock: "datetime.now(UTC)",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.attack(45, 48)
def test_each_rule_sees_what_it_forbids(rule: Rule) -> None:
    nodes = ast.walk(ast.parse(BROKEN[rule]))
    assert any(rule("cases/x.py", node) for node in nodes if isinstance(node, SAYING))


def test_imports_keep_to_the_contracts() -> None:
    config = str(ROOT / "pyproject.toml")
    try:
        assert importlinter.cli.lint_imports(config_filename=config, no_cache=True) == 0
    finally:  # it configures logging for itself and switches every other logger off
        for logger in logging.Logger.manager.loggerDict.values():
            if isinstance(logger, logging.Logger):
                logger.disabled = False


def test_no_other_package_brings_our_names() -> None:
    owners = packages_distributions()
    assert {owner for name in PACKAGES for owner in owners.get(name, [])} <= {"hitotsubu"}


def test_files_are_short() -> None:
    long = [
        name_of(path)
        for paths, limit in ((SOURCES, LINES), (TESTS, TEST_LINES))
        for path in paths
        if len(path.read_text(encoding="utf-8").splitlines()) > limit
    ]
    assert long == []


def test_each_file_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in SOURCES + TESTS
        if (source := path.read_text(encoding="utf-8")) and not source.startswith('"""')
    ]
    assert silent == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    parts = {part for path in SOURCES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert parts & EMPTY_NAMES == set()


def test_tests_are_no_package() -> None:
    """Otherwise pytest imports tests/bot as `bot`."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def ignores() -> Iterator[tuple[str, str]]:
    """Every ignore in the sources, with what follows its codes."""
    mark = re.compile(r"#\s*(?:noqa|type: ignore|pragma: no (?:cover|branch))(.*)$")
    for path in SOURCES + TESTS:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if found := mark.search(line):
                yield f"{name_of(path)}:{number}", found.group(1)


def test_every_ignore_says_why() -> None:
    codes = re.compile(r"^(\[[\w, -]+\]|:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?[\s#:(–-]*")
    bare = [place for place, rest in ignores() if len(codes.sub("", rest)) < len("why")]
    assert bare == []


@pytest.mark.attack(36)
def test_templates_escape_everything() -> None:
    raw = [
        name_of(path)
        for path in (ROOT / "bot").rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape false", path.read_text(encoding="utf-8"))
    ]
    assert raw == []
