"""Slack's chats have no limit here: one person's posts stand for those of many."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def many_people(quick_chats: None) -> None:
    """A test never waits a second for the token of a chat."""
