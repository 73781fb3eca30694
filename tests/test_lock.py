"""requirements.lock: every version pinned, every file hashed, only torch without; its making."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]
ENTRY = re.compile(
    r"^([a-z0-9-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def pins(text: str) -> dict[str, str]:
    return {name: version for name, version, _ in ENTRY.findall(text)}


@pytest.fixture
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lock_maker", ROOT / ".ci/lock.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.attack(59)
def test_every_line_is_a_pin_with_hashes_or_a_comment() -> None:
    rest = ENTRY.sub("", LOCK)
    assert [line for line in rest.splitlines() if line and not line.strip().startswith("#")] == []


def test_torch_is_named_but_not_listed() -> None:
    assert "torch" not in pins(LOCK)
    assert re.findall(r"^# (torch==\S+)$", LOCK, re.MULTILINE) == ["torch==2.13.0"]


def test_no_address_is_in_the_lock() -> None:
    assert not re.search(r"://|--index|--find-links|trusted-host", LOCK)


@pytest.mark.parametrize("wanted", [*RUNTIME, *DEVELOPMENT], ids=lambda wanted: wanted.name)
def test_the_lock_satisfies_the_project(wanted: Requirement) -> None:
    assert wanted.specifier.contains(pins(LOCK)[canonicalize_name(wanted.name)])


def test_the_image_has_all_of_the_run_time_and_no_test_tool() -> None:
    image = pins(LOCK.partition("# Development only")[0])
    assert {canonicalize_name(wanted.name) for wanted in RUNTIME} <= set(image)
    assert not {canonicalize_name(wanted.name) for wanted in DEVELOPMENT} & set(image)


def test_what_a_run_time_package_asks_for_belongs_to_the_run_time(maker: ModuleType) -> None:
    entries = maker.entries_of(
        "a==1 \\\n    --hash=sha256:0\n    # via -r /tmp/x/wanted.in\n"
        "b==1 \\\n    --hash=sha256:0\n    # via a, pytest\n"
        "pytest==1 \\\n    --hash=sha256:0\n    # via -r /tmp/x/wanted.in\n"
    )
    assert maker.closure({"a"}, entries) == {"a", "b"}
    assert "# via hitotsubu\n" in entries["a"]
