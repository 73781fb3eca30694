"""The Slack app manifests: what an administrator pastes to create the app, minimum or full.

The committed files under manifests/ are what `hitotsubu manifest slack` prints; a test compares.
"""

from __future__ import annotations

import json
from typing import Any

from bot.slack.door import PATH
from bot.slack.installs import REDIRECT
from bot.slack.read import SHARE, SHARE_MESSAGE
from bot.slack.scopes import events, scopes

PLACEHOLDER = "https://YOUR-ADDRESS"


def manifest(
    address: str = "", *, full: bool = False, organisation: bool = False
) -> dict[str, Any]:
    """The manifest for a bot at `address` (https, without a path); without one, for Socket Mode.

    `full` asks for the scopes of channels, reactions and files as well; `organisation`: an app
    that is installed to a whole organisation (Enterprise Grid).
    """
    url = address.rstrip("/") + PATH if address else ""
    here = {"request_url": url} if url else {}
    wanted = list(events(full=full, organisation=organisation))
    oauth: dict[str, Any] = {"scopes": {"bot": list(scopes(full=full))}}
    if address:
        oauth["redirect_urls"] = [address.rstrip("/") + REDIRECT]
    return {
        "display_information": {
            "name": "ヒトツブ",
            "description": "一粒の成功を、となりの営業所へ。好事例の共有と振り返り",
            "background_color": "#2f5d50",
        },
        "features": _features(url),
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {**here, "bot_events": wanted},
            "interactivity": {"is_enabled": True, **here},
            "org_deploy_enabled": organisation,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def files() -> dict[str, dict[str, Any]]:
    """The committed files by name."""
    return {
        "minimum.json": manifest(PLACEHOLDER),
        "minimum-socket.json": manifest(),
        "full.json": manifest(PLACEHOLDER, full=True),
        "full-socket.json": manifest(full=True),
    }


def _features(url: str) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "ヒトツブ", "always_online": True},
        "shortcuts": [
            {
                "name": "好事例を共有する",
                "type": "global",
                "callback_id": SHARE,
                "description": "うまくいったことを、ひとことで",
            },
            {
                "name": "好事例として共有",
                "type": "message",
                "callback_id": SHARE_MESSAGE,
                "description": "このメッセージから下書きを作ります",
            },
        ],
        "slash_commands": [
            {
                "command": "/hitotsubu",
                **({"url": url} if url else {}),
                "description": "好事例を共有する・探す・状態を見る",
                "usage_hint": "共有 … ｜ 探す … ｜ 状態",
                "should_escape": True,
            }
        ],
    }


def as_text(made: dict[str, Any]) -> str:
    """The manifest as people read and paste it."""
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"
