"""Rules about the sources that attacks would need broken: what is compared, opened, unpacked."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "cases", "scheduler")
SECRETS = re.compile(r"secret|token|signature|csrf|hmac|password|digest", re.IGNORECASE)
# The database looks up hashes of secrets: its time says nothing of the secret itself.
LOOKED_UP = "cases/store/"
MORPHEMES = "cases/guard/"  # a token is a word there
# They compare hashes of texts and of the trail, which are no secrets.
OWN_WORK = ("cases/audit.py", "cases/index/")
READS_ARCHIVES = {"zipfile", "tarfile", "gzip", "bz2", "lzma"}  # zlib: only its sums are used
READS_MARKUP = {"xml", "lxml", "defusedxml", "xmltodict", "openpyxl", "xlrd", "pandas"}
# The app package of Teams and the sheets of exports: written, never read.
WRITES_ARCHIVES = {"bot/teams/manifest/__init__.py", "cases/spreadsheet.py"}
IMPORTED = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.MULTILINE)
PATTERNS = re.compile(r"\.(?:i?like|regexp_match|regexp_replace|to_tsquery|plainto_tsquery)\(")


@cache
def sources() -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def compared(source: str) -> list[str]:
    """Comparisons by == of something that is named like a secret."""
    found = []
    for node in ast.walk(ast.parse(source)) if SECRETS.search(source) else ():
        if not isinstance(node, ast.Compare):
            continue
        is_plain = any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
        names = [getattr(one, "id", getattr(one, "attr", "")) for one in ast.walk(node)]
        if is_plain and any(SECRETS.search(str(name)) for name in names):
            found.append(f"{node.lineno}: {ast.unparse(node)}")
    return found


@pytest.mark.attack(7)
def test_secrets_are_compared_in_constant_time() -> None:
    skipped = (LOOKED_UP, MORPHEMES, *OWN_WORK)
    looked_at = {name: one for name, one in sources().items() if not name.startswith(skipped)}
    assert {name: rows for name, one in looked_at.items() if (rows := compared(one))} == {}
    assert compared("given_token == wanted")


@pytest.mark.attack(7)
@pytest.mark.parametrize("door", ["bot/slack/door.py", "bot/web/walls.py"])
def test_each_door_that_checks_a_signature_uses_the_library_for_it(door: str) -> None:
    assert "hmac.compare_digest(" in sources()[door]


@pytest.mark.attack(47)
def test_nothing_unpacks_an_archive_or_reads_xml() -> None:
    """So no bomb, no external entity and no path out of an archive can reach us."""
    bad = READS_ARCHIVES | READS_MARKUP
    found = {name for name, one in sources().items() if set(IMPORTED.findall(one)) & bad}
    assert found == WRITES_ARCHIVES


@pytest.mark.attack(46)
def test_no_pattern_language_of_a_database_is_used() -> None:
    """Without LIKE, regular expressions, tsquery and FTS5 there is nothing to write a bomb in."""
    assert [name for name, one in sources().items() if PATTERNS.search(one)] == []
    for name in ("cases/index/sql.py", "cases/index/pgvector.py"):
        words = (" like ", "tsquery", " match ", "~*")
        assert not [word for word in words if word in sources()[name].lower()]
