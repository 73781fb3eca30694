"""The manifests and the guide: the committed files are the code's, every scope has its reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bot.slack import scopes
from bot.slack.door import PATH
from bot.slack.installs import REDIRECT
from bot.slack.manifest import as_text, files, manifest

ROOT = Path(__file__).parents[2]
MADE = files()
HERE = "https://hitotsubu.example"


@pytest.mark.parametrize("name", MADE)
def test_a_committed_manifest_is_what_the_code_makes(name: str) -> None:
    committed = (ROOT / "bot/slack/manifests" / name).read_text(encoding="utf-8")
    assert committed == as_text(MADE[name])


def test_there_is_no_other_manifest() -> None:
    assert {path.name for path in (ROOT / "bot/slack/manifests").iterdir()} == set(MADE)


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_a_manifest_keeps_slacks_limits(made: dict[str, Any]) -> None:
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
    assert features["app_home"]["home_tab_enabled"]


def test_with_an_address_everything_comes_there() -> None:
    made = manifest(f"{HERE}/", full=True)
    (command,) = made["features"]["slash_commands"]
    assert command["url"] == f"{HERE}{PATH}"
    assert made["settings"]["event_subscriptions"]["request_url"] == command["url"]
    assert made["settings"]["interactivity"]["request_url"] == command["url"]
    assert made["oauth_config"]["redirect_urls"] == [f"{HERE}{REDIRECT}"]
    assert not made["settings"]["socket_mode_enabled"]


def test_with_socket_mode_there_is_no_address_at_all() -> None:
    made = manifest()
    assert "http" not in as_text(made)
    assert made["settings"]["socket_mode_enabled"]


def test_full_adds_what_channels_reactions_files_and_the_roster_need() -> None:
    small, big = manifest(), manifest(full=True)
    more = set(big["oauth_config"]["scopes"]["bot"]) - set(small["oauth_config"]["scopes"]["bot"])
    assert more == {
        "channels:history", "groups:history", "channels:read", "groups:read",
        "reactions:read", "files:read",
    }  # fmt: skip
    events = [set(one["settings"]["event_subscriptions"]["bot_events"]) for one in (small, big)]
    assert events[1] - events[0] == {
        "message.channels", "message.groups", "reaction_added", "team_join", "user_change",
        "member_joined_channel", "member_left_channel", "channel_shared",
        *(f"{kind}_{news}" for kind in ("channel", "group")
          for news in ("left", "deleted", "archive", "unarchive", "rename")),
    }  # fmt: skip
    assert {"app_uninstalled", "tokens_revoked", "message.im"} <= events[0]


def test_an_app_for_an_organisation_hears_of_its_workspaces() -> None:
    made = manifest(organisation=True)["settings"]
    assert made["org_deploy_enabled"]
    assert "team_access_revoked" in made["event_subscriptions"]["bot_events"]


def test_no_scope_of_a_person_or_an_administrator_is_asked_for() -> None:
    asked = manifest(full=True)["oauth_config"]["scopes"]
    assert list(asked) == ["bot"]
    assert not [scope for scope in asked["bot"] if scope.startswith("admin")]


@pytest.mark.parametrize(("locale", "heading"), [("ja", "## 日本語"), ("en", "## English")])
def test_the_guide_has_the_reason_of_each_scope_as_the_program_says_it(
    locale: str, heading: str
) -> None:
    guide = (ROOT / "docs/slack.md").read_text(encoding="utf-8")
    part = guide.partition(heading)[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z_:.]+)` \| (.+?) \| (.+?) \| (.+?) \|$", part, re.M)
    both = {"ja": ("両方", "全機能"), "en": ("both", "full")}[locale]
    assert rows == [
        (one.name, both[one.full], one.why(locale), one.without(locale)) for one in scopes.SCOPES
    ]
