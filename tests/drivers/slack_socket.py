"""Slack over Socket Mode: the same people and screens, through a WebSocket."""

from __future__ import annotations

import json
from typing import Any, cast

from bot.slack import SlackPlatform
from tests.drivers.slack import SlackDriver
from tests.fakes import slack_views
from tests.fakes.house import House
from tests.fakes.slack_api import FakeSlack
from tests.fakes.slack_socket import APP_TOKEN, FakeSocketMode

Json = dict[str, Any]


def environ(slack: FakeSlack) -> dict[str, str]:
    """The settings of Socket Mode: an app token, and no signing secret."""
    return {"HITOTSUBU_SLACK_APP_TOKEN": APP_TOKEN, "HITOTSUBU_SLACK_API_URL": slack.url}


class SocketDriver(SlackDriver):
    """Sends envelopes where its parent signs requests."""

    def __init__(self, house: House, slack: FakeSlack, line: FakeSocketMode) -> None:
        super().__init__(house, slack, cast("Any", None))  # there is no HTTP
        self.line = line

    async def _post(self, payload: Json) -> str:
        self.slack.issue(payload)
        ack = await self.line.deliver(payload)
        text = json.dumps(ack["payload"]) if "payload" in ack else ""
        slack_views.answered(self.slack, payload, text)
        return text

    async def _settle(self) -> None:
        platform = self.house.hub.platforms["slack"]
        assert isinstance(platform, SlackPlatform)
        await platform._intake.close()
        await self.house.settle()
