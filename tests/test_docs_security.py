"""docs/security.md has every requirement once; the papers name no test that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.numbers import marked

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/security.md").read_text("utf-8")
ANSWERS = (ROOT / "docs/ja/審査への回答.md").read_text("utf-8")
PAPERS = [page.read_text("utf-8") for page in sorted((ROOT / "docs/ja").glob("*.md"))]
# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has, numbered from 1.
SECTIONS = {
    "V1": (2, 9, 11, 3, 2), "V2": (3, 3, 4, 1), "V3": (0, 2, 4, 6, 5, 0, 2), "V4": (3, 1, 2, 4),
    "V5": (1, 3, 2, 3), "V6": (3, 12, 4, 4, 5, 3, 0, 4), "V7": (3, 4, 2, 5, 2, 2),
    "V8": (2, 3, 1, 1), "V9": (3, 4), "V10": (2, 2, 4, 11, 5, 2, 3), "V11": (2, 3, 3, 4, 1, 1),
    "V12": (3, 2, 4), "V13": (1, 5, 2, 5), "V14": (2, 4, 3), "V15": (3, 3, 7),
    "V16": (1, 5, 4, 3, 3), "V17": (1, 4, 2),
}  # fmt: skip
WORDS = {"met", "partly", "operator", "not met", "n/a"}
CELL = r"\s*([^|\n]*?)\s*\|"
ROW = re.compile(rf"^\| (V[\d.]+)(?:–(V[\d.]+))? \|{CELL}{CELL}{CELL}$", re.MULTILINE)


def wanted() -> list[str]:
    return [
        f"{chapter}.{section}.{number}"
        for chapter, counts in SECTIONS.items()
        for section, count in enumerate(counts, 1)
        for number in range(1, count + 1)
    ]


def covered(first: str, last: str) -> Iterator[str]:
    section, _, number = first.rpartition(".")
    end = int((last or first).rpartition(".")[2])
    assert not last or last.startswith(f"{section}.")
    yield from (f"{section}.{one}" for one in range(int(number), end + 1))


def test_every_requirement_of_levels_one_and_two_has_its_row_once() -> None:
    found = [one for first, last, *_ in ROW.findall(PAGE) for one in covered(first, last)]
    assert found == wanted()
    assert len(found) == 253


def test_a_row_says_how_it_stands_and_what_is_met_is_shown_or_written_down() -> None:
    for first, _, state, what, shown in ROW.findall(PAGE):
        assert state in WORDS, first
        assert what.strip() or shown.strip(), first
        for number in _numbers(shown):
            assert marked()[number], (first, number)


def _numbers(shown: str) -> Iterator[int]:
    plain = re.sub(r"`[^`]*`", "", shown)
    for first, last in re.findall(r"(\d+)(?:–(\d+))?", plain):
        yield from range(int(first), int(last or first) + 1)


def test_every_attack_that_a_paper_names_has_a_test() -> None:
    found = re.findall(r"攻撃(\d+)(?:[〜・](\d+))?", "".join(PAPERS))
    assert found
    for first, last in found:
        assert all(marked()[one] for one in range(int(first), int(last or first) + 1)), first


NAMED = sorted(set(re.findall(r"tests/[\w/]+\.py(?:::\w+)?", "".join([PAGE, *PAPERS]))))


@pytest.mark.parametrize("name", NAMED)
def test_every_test_that_is_named_is_there(name: str) -> None:
    path, _, function = name.partition("::")
    source = (ROOT / path).read_text("utf-8")
    assert not function or re.search(rf"^(?:async )?def {function}\(", source, re.MULTILINE)


def test_every_question_of_a_reviewer_is_answered_in_four_lines() -> None:
    parts = re.split(r"^### ", ANSWERS, flags=re.MULTILINE)[1:]
    assert len(parts) >= 22
    for part in parts:
        title, *lines = [line for line in part.split("\n## ")[0].splitlines() if line.strip()]
        assert title.startswith("Q"), title
        assert 1 <= len(lines) <= 4, title
        assert re.search(r"\]\(|`tests/|`HITOTSUBU_|`hitotsubu ", part), title
