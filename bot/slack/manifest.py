"""The Slack app manifest: what an administrator pastes to create the app.

`python -m bot.slack.manifest https://address` prints it for an address.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from bot.slack.door import PATH
from bot.slack.read import SHARE, SHARE_MESSAGE

# Each scope with what needs it; docs/slack.md gives the reasons in Japanese and English.
MINIMUM_SCOPES = {
    "app_mentions:read": "questions to @ヒトツブ",
    "chat:write": "answers, digests, reflections and trial questions",
    "commands": "/hitotsubu and the two shortcuts",
    "im:history": "what is written in the direct message; finding out whether a message arrived",
    "users:read": "needed by users:read.email",
    "users:read.email": "finding a person on the roster at first contact",
}
MINIMUM_EVENTS = ("app_home_opened", "app_mention", "message.im")


def scopes(*, full: bool = False) -> tuple[str, ...]:
    """The bot scopes that an installation asks for."""
    return tuple(sorted(MINIMUM_SCOPES))


PLACEHOLDER = "https://YOUR-ADDRESS"


def minimum(address: str = PLACEHOLDER) -> dict[str, Any]:
    """The manifest with the fewest scopes, for a bot at `address` (https, without a path)."""
    url = address.rstrip("/") + PATH
    return {
        "display_information": {
            "name": "ヒトツブ",
            "description": "一粒の成功を、となりの営業所へ。好事例の共有と振り返り",
            "background_color": "#2f5d50",
        },
        "features": _features(url),
        "oauth_config": {"scopes": {"bot": sorted(MINIMUM_SCOPES)}},
        "settings": {
            "event_subscriptions": {"request_url": url, "bot_events": list(MINIMUM_EVENTS)},
            "interactivity": {"is_enabled": True, "request_url": url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def _features(url: str) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": False,
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
                "url": url,
                "description": "好事例を共有する・探す・状態を見る",
                "usage_hint": "共有 … ｜ 探す … ｜ 状態",
                "should_escape": True,
            }
        ],
    }


def as_text(manifest: dict[str, Any]) -> str:
    """The manifest as people read and paste it."""
    return json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_text(minimum(*sys.argv[1:2])))
