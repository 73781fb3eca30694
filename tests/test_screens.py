"""The pictures in docs/screens are those of the product's screens, and Teams' cards are valid."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cases.embedding.bundled import BundledEncoder
from scheduler import buckets
from tests.screens import make, teams_pictures

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person plays many."""
    for platform in make.ALBUMS:
        monkeypatch.delitem(buckets.LIMITS, (platform, buckets.CHAT), raising=False)


async def test_every_screen_has_its_picture_and_no_picture_is_left_over(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    names: list[str] = []
    for platform in make.ALBUMS:
        folder = tmp_path / platform
        folder.mkdir()
        names += [
            page["name"] for page in await make.played(platform, company_file, folder, encoder)
        ]
    assert len(names) == len(set(names))
    assert sorted(names) == sorted(file.stem for file in make.FOLDER.glob("*.png")), "make screens"


@pytest.mark.skipif(
    not os.environ.get("HITOTSUBU_SCREENS_NODE"), reason="make test-cards has Node and the schema"
)
async def test_every_card_is_valid_by_the_published_schema_and_microsofts_parser(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    found = await make.played("teams", company_file, tmp_path, encoder)
    assert teams_pictures.faults(found) == {}
    bad = {"name": "bad", "card": {**found[0]["card"], "version": "1.5", "body": [{"type": "X"}]}}
    assert "bad" in teams_pictures.faults([bad])
