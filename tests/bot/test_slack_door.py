"""The Slack door over signed HTTP: verified, kept, acknowledged, handled once."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator

import pytest

from bot.conversation.events import Said
from bot.slack import SlackPlatform, limits
from tests.fakes.slack_requests import NOW, TEAM, direct, encoded, event, signed
from tests.fakes.slack_stage import FakeDesk, Stage, running


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as started:
        yield started


async def test_a_direct_message_reaches_the_desk_as_typed(stage: Stage) -> None:
    text = "A先生に会えました &lt;!channel&gt; &amp; <https://a.example|資料>"
    assert await stage.send(event(direct(text))) == (200, "")
    place = {"user": "U0SATO", "channel": "D0SATO"}
    source = f"slack:{TEAM}:D0SATO:{NOW}.000200"
    assert stage.desk.heard == [
        Said("U0SATO", "A先生に会えました <!channel> & 資料", place, source=source)
    ]
    assert stage.desk.log == [f"kept slack {TEAM}", "handled"]
    assert "old-shared-secret" not in json.dumps(stage.desk.raws)
    assert stage.slack.calls == []  # no auth.test, nothing but what the desk asks for


async def test_the_ack_leaves_before_the_work_is_done(stage: Stage) -> None:
    stage.desk.slow = asyncio.Event()
    assert await stage.post(*encoded(event(direct("会えました")))) == (200, "")
    assert stage.desk.log == [f"kept slack {TEAM}"]
    stage.desk.slow.set()
    await stage.platform.close()
    assert stage.desk.log[-1] == "handled"


async def test_an_event_that_cannot_be_kept_is_answered_with_500_and_not_handled(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.desk.broken = True
    status, _ = await stage.send(event(direct("山田先生に会えました")))
    assert status == 500
    assert stage.desk.heard == []
    assert "山田" not in caplog.text
    stage.desk.broken = False
    await stage.send(event(direct("山田先生に会えました")))  # Slack's repeat
    assert len(stage.desk.heard) == 1


@pytest.mark.attack(3)
async def test_a_duplicate_and_a_replay_are_acknowledged_and_have_one_effect(stage: Stage) -> None:
    for _ in range(3):
        assert (await stage.send(event(direct("会えました"))))[0] == 200
    assert stage.desk.log.count("handled") == 1


async def test_a_repeat_of_slack_is_handled_when_it_is_the_only_copy(stage: Stage) -> None:
    body, kind = encoded(event(direct("会えました")))
    await stage.post(body, kind, {**signed(body), "X-Slack-Retry-Num": "2"})
    await stage.platform.close()
    assert len(stage.desk.heard) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(b"{}"),
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=1"},
        {"X-Slack-Request-Timestamp": str(NOW), "X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": "٣", "X-Slack-Signature": "v0=1"},
    ],
)
@pytest.mark.attack(1)
async def test_a_forged_request_is_refused(stage: Stage, headers: dict[str, str]) -> None:
    body, kind = encoded(event(direct("会えました")))
    assert (await stage.post(body, kind, headers))[0] == 401
    assert stage.desk.log == []


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (361, 401), (-299, 200), (299, 200)])
@pytest.mark.attack(4)
async def test_a_signature_lives_five_minutes(stage: Stage, seconds: int, status: int) -> None:
    body, kind = encoded(event(direct("会えました")))
    assert (await stage.post(body, kind, signed(body, at=NOW + seconds)))[0] == status
    wrong = signed(body, secret="another secret")
    assert (await stage.post(body, kind, wrong))[0] == 401


def test_an_empty_signing_secret_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="signing secret"):
        SlackPlatform(FakeDesk(), " ")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"a=1", "application/x-www-form-urlencoded"),
        (b"payload=1", "application/x-www-form-urlencoded"),
        (b'{"type": "event_callback"}', "application/json"),
        (
            json.dumps({**event(direct("a")), "event_id": None}).encode(),
            "application/json",
        ),
    ],
)
async def test_a_signed_request_that_makes_no_sense_is_400(
    stage: Stage, body: bytes, kind: str
) -> None:
    assert (await stage.post(body, kind))[0] == 400
    assert stage.desk.log == []


@pytest.mark.attack(49)
async def test_a_request_that_is_too_big_is_413(stage: Stage) -> None:
    body = io.BytesIO(b"a" * (limits.BODY + 1))
    async with stage.http.post("/slack/events", data=body) as answer:
        assert answer.status == 413


async def test_the_url_is_verified(stage: Stage) -> None:
    answer = await stage.send({"type": "url_verification", "challenge": "3eZbrw1a"})
    assert answer == (200, '{"challenge": "3eZbrw1a"}')
