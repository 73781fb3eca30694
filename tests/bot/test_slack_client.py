"""Posting to Slack: one POST per attempt, each answer in its class, history read back."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from email.utils import formatdate

import pytest

from bot.platform import Platform
from bot.slack import SlackPlatform
from bot.slack.answers import retry_after
from bot.views.elements import Card, Text
from scheduler.ports import DeliveryFailed, DeliveryUnknown
from tests.fakes.slack_api import Answer, FakeSlack, fake_slack
from tests.fakes.slack_requests import SECRET
from tests.fakes.slack_stage import FakeDesk

TOKEN = {"token": "xoxb-sato"}
SATO = {"user": "U0SATO"}


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with fake_slack() as fake:
        yield fake


@pytest.fixture
def platform(slack: FakeSlack) -> Platform:
    return SlackPlatform(FakeDesk(), SECRET, slack.url)


def text(platform: Platform, words: str = "10月の好事例") -> bytes:
    return platform.render(Card((Text(words),)))


@pytest.mark.attack(57)
async def test_a_message_carries_its_key_and_expands_nothing(
    slack: FakeSlack, platform: Platform
) -> None:
    receipt = await platform.send(TOKEN, SATO, text(platform), "k1")
    assert receipt == "D0SATO/1800000000.000100"
    (made,) = slack.made("chat.postMessage")
    assert made["metadata"] == {"event_type": "hitotsubu_delivery", "event_payload": {"k": "k1"}}
    assert [made[name] for name in ("unfurl_links", "unfurl_media", "link_names", "mrkdwn")] == [
        False
    ] * 4
    assert slack.calls[0][0] == "chat.postMessage"  # posting to a person needs no other call


@pytest.mark.fault(10)
async def test_a_reset_connection_is_one_post_and_proves_nothing(
    slack: FakeSlack, platform: Platform
) -> None:
    slack.script["chat.postMessage"] = [Answer(reset=True, stored=True)]
    with pytest.raises(DeliveryUnknown):
        await platform.send(TOKEN, SATO, text(platform), "k1")
    assert len(slack.made("chat.postMessage")) == 1
    assert await platform.look_back(TOKEN, SATO, b"{}", "k1", 0) == ["D0SATO/1800000000.000100"]


def error(name: str, status: int = 200) -> Answer:
    return Answer({"ok": False, "error": name}, status)


@pytest.mark.fault(38)
@pytest.mark.parametrize(
    "answer",
    [
        error("internal_error"),
        error("fatal_error"),
        error("request_timeout"),
        error("service_unavailable"),
        error("anything", 503),
        Answer("<html>Bad gateway</html>", 502, content_type="text/html"),
        Answer("<html>Welcome to the proxy</html>", 200, content_type="text/html"),
        Answer('{"ok": tr', 200),
        Answer("ok", 200, content_type="text/plain"),
        Answer({"ok": True}, 200),
        Answer({}, 200),
    ],
)
async def test_an_answer_that_proves_nothing_is_unknown(
    slack: FakeSlack, platform: Platform, answer: Answer
) -> None:
    slack.script["chat.postMessage"] = [answer]
    with pytest.raises(DeliveryUnknown):
        await platform.send(TOKEN, SATO, text(platform), "k1")
    assert len(slack.made("chat.postMessage")) == 1


@pytest.mark.parametrize(
    ("name", "permanent", "workspace_wide"),
    [
        ("user_not_found", True, False),
        ("cannot_dm_bot", True, False),
        ("is_archived", True, False),
        ("msg_too_long", True, False),
        ("invalid_blocks", True, False),
        ("token_revoked", False, True),
        ("invalid_auth", False, True),
        ("account_inactive", False, True),
        ("missing_scope", False, False),
        ("invalid_arguments", False, False),
    ],
)
async def test_a_refusal_says_how_far_it_reaches(
    slack: FakeSlack, platform: Platform, name: str, permanent: bool, workspace_wide: bool
) -> None:
    slack.script["chat.postMessage"] = [error(name)]
    with pytest.raises(DeliveryFailed) as found:
        await platform.send(TOKEN, SATO, text(platform), "k1")
    assert (found.value.reason, found.value.permanent) == (name, permanent)
    assert (found.value.workspace_wide, found.value.retry_after) == (workspace_wide, None)


async def test_a_429_says_how_long_to_wait(slack: FakeSlack, platform: Platform) -> None:
    slack.script["chat.postMessage"] = [
        Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "30"})
    ]
    with pytest.raises(DeliveryFailed) as found:
        await platform.send(TOKEN, SATO, text(platform), "k1")
    assert (found.value.retry_after, found.value.http_status) == (30, 429)
    assert len(slack.made("chat.postMessage")) == 1


@pytest.mark.fault(13)
@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), ("0", 1), ("86400", 3600), ("abc", 60), ("", 60), ("nan", 60), ("-5", 1)],
)
def test_a_wait_is_between_a_second_and_an_hour(header: str, seconds: float) -> None:
    assert retry_after({"Retry-After": header}) == seconds
    assert retry_after({"retry-after": formatdate(time.time() + 900)}) == pytest.approx(900, abs=60)
    assert retry_after({}) == 60


@pytest.mark.fault(37)
async def test_a_refused_connection_is_certainly_not_sent(platform: Platform) -> None:
    nobody = SlackPlatform(FakeDesk(), SECRET, "http://127.0.0.1:1/api/")
    with pytest.raises(DeliveryFailed) as found:
        await nobody.send(TOKEN, SATO, text(platform), "k1")
    assert not found.value.permanent


async def test_an_update_keeps_the_place_and_can_be_repeated(
    slack: FakeSlack, platform: Platform
) -> None:
    receipt = await platform.send(TOKEN, SATO, text(platform), "k1")
    for _ in range(2):
        await platform.replace(TOKEN, SATO, receipt, text(platform, "取り下げました"))
    assert [message["text"] for message in slack.messages] == ["取り下げました"]


@pytest.mark.fault(39)
async def test_looking_back_reads_every_page_and_gives_the_oldest_first(
    slack: FakeSlack, platform: Platform
) -> None:
    for key in ("k1", "k2", "k1", "k3", "k1"):
        await platform.send(TOKEN, SATO, text(platform), key)
    found = await platform.look_back(TOKEN, {"channel": "D0SATO"}, b"{}", "k1", 0)
    assert found == [f"D0SATO/{1_800_000_000 + at}.000100" for at in (0, 2, 4)]
    pages = slack.made("conversations.history")
    assert len(pages) == 3
    assert {page["include_all_metadata"] for page in pages} == {"1"}
    assert await platform.look_back(TOKEN, SATO, b"{}", "k1", 1_800_000_003) == found[2:]
    assert await platform.look_back(TOKEN, SATO, b"{}", "nobody", 0) == []


@pytest.mark.fault(39)
async def test_a_message_that_two_pages_show_is_one(slack: FakeSlack, platform: Platform) -> None:
    """Something was posted between the two calls; the second copy would be deleted."""
    marker = {"event_type": "hitotsubu_delivery", "event_payload": {"k": "k1"}}
    page = {"ok": True, "messages": [{"ts": "1800000000.000100", "metadata": marker}]}
    more = {**page, "response_metadata": {"next_cursor": "next"}}
    slack.script["conversations.history"] = [Answer(more), Answer(page)]
    found = await platform.look_back(TOKEN, {"channel": "D1"}, b"{}", "k1", 0)
    assert found == ["D1/1800000000.000100"]


async def test_without_the_scope_history_cannot_be_read(
    slack: FakeSlack, platform: Platform
) -> None:
    slack.script["conversations.open"] = [error("missing_scope")]
    assert await platform.look_back(TOKEN, SATO, b"{}", "k1", 0) is None
    slack.script["conversations.history"] = [error("missing_scope")]
    assert await platform.look_back(TOKEN, {"channel": "D1"}, b"{}", "k1", 0) is None


@pytest.mark.fault(39)
async def test_a_history_that_fails_is_asked_again_later(
    slack: FakeSlack, platform: Platform
) -> None:
    slack.script["conversations.history"] = [error("internal_error"), Answer({}, 429)]
    for _ in range(2):
        with pytest.raises(DeliveryFailed):
            await platform.look_back(TOKEN, {"channel": "D1"}, b"{}", "k1", 0)


async def test_an_extra_copy_is_deleted_and_a_gone_one_is_no_error(
    slack: FakeSlack, platform: Platform
) -> None:
    receipt = await platform.send(TOKEN, SATO, text(platform), "k1")
    await platform.remove(TOKEN, receipt)
    await platform.remove(TOKEN, receipt)
    assert slack.messages == []
    slack.script["chat.delete"] = [error("token_revoked")]
    with pytest.raises(DeliveryFailed):
        await platform.remove(TOKEN, receipt)


async def test_a_stranger_is_known_by_e_mail(slack: FakeSlack, platform: Platform) -> None:
    slack.emails["U0SATO"] = "sato@hibiki.example"
    assert await platform.email_of(TOKEN, "U0SATO") == "sato@hibiki.example"
    assert await platform.email_of(TOKEN, "U0NOBODY") == ""
    slack.script["users.info"] = [error("missing_scope"), error("invalid_auth")]
    assert await platform.email_of(TOKEN, "U0SATO") == ""
    with pytest.raises(DeliveryFailed):
        await platform.email_of(TOKEN, "U0SATO")


async def test_only_people_of_the_team_or_its_organisation_are_known(
    slack: FakeSlack, platform: Platform
) -> None:
    slack.emails["U0SATO"] = "sato@hibiki.example"
    there = TOKEN | {"team": "", "enterprise": "E0HIBIKI"}
    assert await platform.email_of(there, "U0SATO") is None
    slack.people["U0SATO"] = {"enterprise_user": {"enterprise_id": "E0HIBIKI"}}
    assert await platform.email_of(there, "U0SATO") == "sato@hibiki.example"
    slack.people["U0SATO"] = {"team_id": "T0OTHER"}
    assert await platform.email_of(TOKEN, "U0SATO") is None  # the team is Slack's own word
    slack.people["U0SATO"] = {"team_id": None}
    assert await platform.email_of(TOKEN, "U0SATO") is None
    slack.script["auth.test"] = [error("fatal_error")]
    with pytest.raises(DeliveryFailed):
        await platform.email_of(TOKEN, "U0SATO")


async def test_an_address_without_a_person_is_never_tried(
    slack: FakeSlack, platform: Platform
) -> None:
    with pytest.raises(DeliveryFailed) as found:
        await platform.send(TOKEN, {}, text(platform), "k1")
    assert (found.value.reason, found.value.permanent, slack.calls) == ("no_address", True, [])


async def test_a_delivery_error_tells_no_text(slack: FakeSlack, platform: Platform) -> None:
    slack.script["chat.postMessage"] = [Answer({"ok": False, "error": "invalid_blocks"})]
    with pytest.raises(DeliveryFailed) as found:
        await platform.send(TOKEN, SATO, text(platform, "山田先生"), "k1")
    assert "山田" not in json.dumps([str(found.value), repr(found.value.__cause__)])
