"""The bill of materials is that of the lock; an audit of nothing never looks like a clean one."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cases.embedding import word_vectors

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
BILL: dict[str, Any] = json.loads((ROOT / "sbom.cdx.json").read_text(encoding="utf-8"))
ONE = "# torch==2.13.0\n\nattrs==25.4.0 \\\n    --hash=sha256:" + "a" * 64 + "\n    # via aiohttp\n"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / f".ci/{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def without_licences(bill: dict[str, Any]) -> dict[str, Any]:
    """What does not depend on what is installed where the test runs."""
    rows = [{key: row[key] for key in row if key != "licenses"} for row in bill["components"]]
    return bill | {"components": rows}


def test_the_bill_is_that_of_the_lock() -> None:
    made = script("sbom").bill(LOCK)
    assert without_licences(made) == without_licences(BILL), "run: make sbom"


def test_every_component_states_a_licence_and_none_of_the_strong_copyleft() -> None:
    for row in BILL["components"]:
        (stated,) = row["licenses"]
        said = json.dumps(stated)
        assert not re.search(r"\b[AG]PL|GPL-[23]\.0-(only|or)", said.replace("LGPL", "")), row[
            "name"
        ]


def test_the_bill_tells_what_runs_from_what_only_develops() -> None:
    scope = {row["name"]: row["scope"] for row in BILL["components"]}
    assert (scope["torch"], scope["aiohttp"], scope["pytest"]) == (
        "required",
        "required",
        "excluded",
    )
    for weights in (one for one in BILL["components"] if one["type"] == "machine-learning-model"):
        path = ROOT / weights["bom-ref"].removeprefix("file:")
        assert weights["hashes"][0]["content"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_file_of_numbers_that_search_reads_is_in_the_bill_and_the_notice() -> None:
    common = f"cases/content/common-{word_vectors.SEARCH_NAME}.npz"
    refs = {row["bom-ref"] for row in BILL["components"]}
    assert {f"file:{common}", "file:cases/content/word_vectors.npz"} <= refs
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert "Works Applications" in notice  # chiVe, Apache-2.0
    assert "Copyright (c) 2019 Megagon Labs" in notice  # ja-ginza, MIT: the text itself goes along
    assert "The above copyright notice and this permission notice shall be included" in notice


def test_every_edge_of_the_bill_ends_at_a_component() -> None:
    refs = {row["bom-ref"] for row in BILL["components"]} | {"hitotsubu"}
    edges = {row["ref"]: row["dependsOn"] for row in BILL["dependencies"]}
    assert set(edges) <= refs
    assert {child for children in edges.values() for child in children} <= refs
    assert len(edges["hitotsubu"]) > 20


def answer(*vulns: str) -> Any:
    """osv.dev, as it answers for two packages; `vulns` belong to the first."""
    found = {"vulns": [{"id": one} for one in vulns]} if vulns else {}
    return lambda question: {"results": [found, *({} for _ in question["queries"][1:])]}


@pytest.mark.attack(60)
@pytest.mark.parametrize("lock", ["", "# torch==2.13.0\n"])
def test_an_audit_of_no_package_fails_and_says_so(lock: str) -> None:
    lines, code = script("audit").audit(lock, answer(), lambda _: None)
    assert (lines, code) == (["NOT AUDITED: requirements.lock has no versions"], 1)


def down(_: dict[str, Any]) -> dict[str, Any]:
    raise OSError("no network")


@pytest.mark.attack(60)
@pytest.mark.parametrize(
    "ask",
    [
        down,
        lambda _: {},
        lambda _: {"results": []},
        lambda _: {"results": [None, None]},
        lambda _: [],
    ],
)
def test_an_audit_without_its_database_says_that_it_audited_nothing(ask: Any) -> None:
    lines, code = script("audit").audit(ONE, ask, lambda _: "25.4.0")
    assert code == 2
    assert [line for line in lines if line.startswith("NOT AUDITED: known weaknesses")]
    assert not [line for line in lines if "none found" in line]


def test_an_audit_says_what_it_looked_at() -> None:
    asked: list[dict[str, Any]] = []

    def ask(question: dict[str, Any]) -> dict[str, Any]:
        asked.append(question)
        found: dict[str, Any] = answer()(question)
        return found

    lines, code = script("audit").audit(ONE, ask, lambda _: "25.4.0")
    assert code == 0
    assert "audited: known weaknesses of 2 versions, none found (osv.dev)" in lines
    told = [(one["package"]["name"], one["version"]) for one in asked[0]["queries"]]
    assert told == [("attrs", "25.4.0"), ("torch", "2.13.0")]


@pytest.mark.attack(59)
@pytest.mark.parametrize(
    ("lock", "ask", "installed", "bad"),
    [
        (ONE, answer(), "25.3.0", "another version than pinned: attrs 25.3.0"),
        ("attrs==25.4.0\n", answer(), "25.4.0", "without a hash: attrs"),
    ],
)
def test_what_is_bad_fails(lock: str, ask: Any, installed: str, bad: str) -> None:
    lines, code = script("audit").audit(lock, ask, lambda _: installed)
    assert code == 1
    assert [line for line in lines if line.startswith("BAD") and bad in line]


@pytest.mark.attack(60)
def test_a_weakness_that_was_found_is_said_and_fails_a_release() -> None:
    ask = answer("GHSA-1", "PYSEC-2")
    lines, code = script("audit").audit(ONE, ask, lambda _: "25.4.0")
    assert code == 2
    assert [line for line in lines if line.startswith("FOUND") and "GHSA-1, PYSEC-2" in line]


def test_what_is_installed_here_is_what_is_pinned() -> None:
    maker = script("audit")
    lines, code = maker.audit(LOCK, down, maker.installed_version)
    assert code == 2, lines
    assert lines[0].startswith("audited: ")
