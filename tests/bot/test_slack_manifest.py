"""The manifest: the committed file is the code's, within Slack's limits, each scope explained."""

from __future__ import annotations

import re
from pathlib import Path

import bot.slack.manifest as slack_manifest
from bot.slack.door import PATH

ROOT = Path(__file__).parents[2]


def test_the_committed_manifest_is_what_the_code_makes() -> None:
    committed = (ROOT / "bot/slack/manifests/minimum.json").read_text(encoding="utf-8")
    assert committed == slack_manifest.as_text(slack_manifest.minimum())


def test_the_manifest_keeps_slacks_limits() -> None:
    made = slack_manifest.minimum("https://hitotsubu.example/")
    information, features = made["display_information"], made["features"]
    assert len(information["name"]) <= 35
    assert len(information["description"]) <= 140
    assert len(features["shortcuts"]) <= 10
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
        assert len(shortcut["callback_id"]) <= 255
    (command,) = features["slash_commands"]
    assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
    assert command["url"] == f"https://hitotsubu.example{PATH}"
    assert made["settings"]["event_subscriptions"]["request_url"] == command["url"]


def test_no_scope_of_a_person_or_an_administrator_is_asked_for() -> None:
    scopes = slack_manifest.minimum()["oauth_config"]["scopes"]
    assert list(scopes) == ["bot"]
    assert not [scope for scope in scopes["bot"] if scope.startswith("admin")]


def test_the_guide_gives_a_reason_for_each_scope() -> None:
    guide = (ROOT / "docs/slack.md").read_text(encoding="utf-8")
    for scope in slack_manifest.MINIMUM_SCOPES:
        assert guide.count(f"| `{scope}` |") == 2, scope  # Japanese and English
