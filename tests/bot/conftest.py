"""The Slack door of a fresh company. Its chats have no limit: one person's posts stand for those
of many."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cases.embedding.bundled import BundledEncoder
from tests.drivers.doors import slack_door
from tests.drivers.slack import SlackDriver


@pytest.fixture(autouse=True)
def many_people(quick_chats: None) -> None:
    """A test never waits a second for the token of a chat."""


@pytest.fixture
async def slack(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[SlackDriver]:
    """Signed requests in, the strict fake of the Web API out."""
    async with slack_door(company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, SlackDriver)
        yield driver
