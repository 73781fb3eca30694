"""Sending to Teams: one POST per attempt, and what each answer of the Connector means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.teams import limits
from bot.teams.answers import DeliveryFailed, DeliveryUnknown, retry_after
from bot.teams.cloud import Cloud
from bot.teams.platform import TeamsPlatform
from bot.views.elements import Actions, Button, Card, Text
from tests.fakes.desk import FakeDesk
from tests.fakes.teams_connector import APP, SATO, TENANT, FakeMicrosoft, microsoft

Json = dict[str, Any]

CREDENTIALS = {"app_id": APP.app_id, "tenant_id": TENANT, "secret": APP.secret}
CARD = Card((Text("10月の好事例"), Actions((Button("営業所で共有", "share_office", "c1"),))))


class Way:
    """A platform that sends to the fake Connector, and an address there."""

    def __init__(self, fake: FakeMicrosoft, platform: TeamsPlatform) -> None:
        self.fake = fake
        self.platform = platform
        self.address: Json = {
            "serviceUrl": fake.url,
            "channelId": "msteams",
            "conversation": {"id": "a:r/1", "tenantId": TENANT, "conversationType": "personal"},
            "bot": {"id": f"28:{APP.app_id}"},
            "user": {"id": "29:sato", "aadObjectId": SATO},
        }

    async def send(self) -> str:
        payload = self.platform.render(CARD)
        return await self.platform.send(CREDENTIALS, self.address, payload, "key-1")


@pytest.fixture
async def way() -> AsyncIterator[Way]:
    async with microsoft() as fake:
        platform = TeamsPlatform(FakeDesk(TENANT), [APP], cloud=fake.cloud)
        fake.rooms.install("a:r/1", "personal", "29:sato", SATO)
        yield Way(fake, platform)
        await platform.close()


async def test_a_card_is_sent_from_a_stored_reference(way: Way) -> None:
    assert await way.send() == "a:r/1/m1"
    (sent,) = way.fake.sent
    assert sent["conversation"] == {"id": "a:r/1"}
    assert sent["from"] == {"id": f"28:{APP.app_id}"}
    assert sent["attachments"][0]["content"]["body"][0]["text"] == "10月の好事例"


async def test_a_token_is_fetched_once_for_many_messages(way: Way) -> None:
    for _ in range(5):
        await way.send()
    assert way.fake.logins == 1


async def test_a_refused_token_is_fetched_anew_for_the_next_attempt(way: Way) -> None:
    way.fake.script = [(401, {}, b"{}")]
    with pytest.raises(DeliveryFailed) as failed:
        await way.send()
    assert not failed.value.permanent
    assert await way.send() == "a:r/1/m1"
    assert way.fake.logins == 2


async def test_a_message_is_replaced_in_place(way: Way) -> None:
    receipt = await way.send()
    await way.platform.replace(CREDENTIALS, way.address, receipt, way.platform.render(CARD))
    assert list(way.fake.updated) == ["m1"]
    assert len(way.fake.sent) == 1


async def test_a_personal_chat_is_opened_and_can_be_written_to(way: Way) -> None:
    ref = await way.platform.transport.open_personal(TENANT, SATO)
    assert way.fake.opened[0]["members"] == [{"id": SATO}]
    hello = {"type": "message", "text": "hello"}
    assert await way.platform.transport.send(ref, hello) == "a:r/1/m1"


async def test_history_is_never_read(way: Way) -> None:
    assert await way.platform.look_back(CREDENTIALS, way.address, b"{}", "key-1", 0.0) is None


BLOCKED = b'{"error": {"code": "MessageWritesBlocked", "message": "\xe5\x8f\x82\xe5\x8a\xa0"}}'


@pytest.mark.parametrize(
    ("status", "body", "reason", "permanent"),
    [
        (403, BLOCKED, "MessageWritesBlocked", True),
        (403, b"<html>", "http_403", True),
        (413, b'{"error": {"code": "MessageSizeTooBig"}}', "MessageSizeTooBig", True),
        (400, b'{"error": {"code": "free text with a name"}}', "http_400", True),
        (404, b"", "http_404", True),
        (302, b"", "http_302", False),
    ],
)
async def test_a_refusal_is_certainly_not_done(
    way: Way, status: int, body: bytes, reason: str, permanent: bool
) -> None:
    way.fake.script = [(status, {"Location": "http://169.254.169.254/"}, body)]
    with pytest.raises(DeliveryFailed) as failed:
        await way.send()
    assert (failed.value.reason, failed.value.permanent) == (reason, permanent)
    assert failed.value.retry_after is None
    assert len(way.fake.tried) == 1


@pytest.mark.fault(38)
@pytest.mark.parametrize(
    "odd",
    [
        "reset",
        (200, {}, b"<html>ok</html>"),
        (200, {}, b'{"id": '),
        (201, {}, b"{}"),
        (500, {}, b"{}"),
        (502, {}, b"<html>"),
        (504, {}, b""),
        (412, {}, b'{"error": {"code": "PreconditionFailed"}}'),
    ],
)
async def test_an_answer_that_proves_nothing_is_unknown_after_one_post(way: Way, odd: Any) -> None:
    way.fake.script = [odd]
    with pytest.raises(DeliveryUnknown):
        await way.send()
    assert len(way.fake.tried) == 1


@pytest.mark.fault(13)
@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, 1.0),
        ({"Retry-After": "0"}, 1.0),
        ({"Retry-After": "30"}, 30.0),
        ({"Retry-After": "86400"}, 3600.0),
        ({"Retry-After": "9" * 400}, 3600.0),
        ({"Retry-After": "abc"}, 1.0),
        (
            {
                "Retry-After": "Sun, 22 Nov 2026 07:00:20 GMT",
                "Date": "Sun, 22 Nov 2026 07:00:00 GMT",
            },
            20.0,
        ),
    ],
)
def test_retry_after_is_within_a_second_and_an_hour(given: dict[str, str], seconds: float) -> None:
    assert retry_after(given) == seconds


async def test_too_many_messages_is_not_done_with_its_pause(way: Way) -> None:
    way.fake.script = [(429, {"Retry-After": "17"}, b"slow down")]
    with pytest.raises(DeliveryFailed) as failed:
        await way.send()
    assert (failed.value.retry_after, failed.value.permanent) == (17.0, False)


@pytest.mark.fault(37)
async def test_an_unreachable_service_is_not_done(way: Way) -> None:
    cloud = Cloud(
        login_url=way.fake.cloud.login_url, services=("http://127.0.0.1:1", way.fake.origin)
    )
    platform = TeamsPlatform(FakeDesk(TENANT), [APP], cloud=cloud)
    way.address["serviceUrl"] = "http://127.0.0.1:1"
    with pytest.raises(DeliveryFailed, match="unreachable"):
        await platform.send(CREDENTIALS, way.address, platform.render(CARD), "key")
    await platform.close()


async def test_silence_after_the_request_is_unknown(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SEND_SECONDS", 0.2)
    way.fake.script = ["silence"]
    with pytest.raises(DeliveryUnknown):
        await way.send()


async def test_a_wrong_secret_stops_the_whole_workspace(way: Way) -> None:
    way.fake.login_status = 401
    with pytest.raises(DeliveryFailed) as failed:
        await way.send()
    assert failed.value.workspace_wide
    assert way.fake.tried == []


async def test_a_login_that_is_down_is_not_done_and_not_the_workspaces_fault(way: Way) -> None:
    way.fake.login_status = 503
    with pytest.raises(DeliveryFailed) as failed:
        await way.send()
    assert (failed.value.workspace_wide, failed.value.permanent) == (False, False)


async def test_credentials_without_an_app_id_send_nothing(way: Way) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await way.platform.send({"tenant_id": TENANT}, way.address, b"{}", "key")
    assert failed.value.workspace_wide


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "https://evil.example/", "file:///etc", "http://localhost/"]
)
async def test_a_stored_reference_to_a_strange_host_is_not_served(way: Way, url: str) -> None:
    way.address["serviceUrl"] = url
    with pytest.raises(DeliveryFailed, match="untrusted_service"):
        await way.send()
    assert (way.fake.tried, way.fake.logins) == ([], 0)


async def test_a_reference_of_another_tenant_is_not_served(way: Way) -> None:
    way.address["conversation"]["tenantId"] = "other"
    with pytest.raises(DeliveryFailed, match="foreign_tenant"):
        await way.send()


async def test_a_strangers_email_is_read_without_graph(way: Way) -> None:
    assert await way.platform.email_of(CREDENTIALS, SATO) == "sato@example.jp"


async def test_a_guest_has_no_email_of_the_company(way: Way) -> None:
    way.fake.person = {"email": "sato@example.jp", "userRole": "guest"}
    assert await way.platform.email_of(CREDENTIALS, SATO) == ""


@pytest.mark.parametrize("odd", ["reset", (404, {}, b"{}"), (500, {}, b"")])
async def test_an_email_that_cannot_be_read_is_empty(way: Way, odd: Any) -> None:
    way.fake.script = [odd]
    assert await way.platform.email_of(CREDENTIALS, SATO) == ""


async def test_nothing_is_removed_where_no_history_can_be_read(way: Way) -> None:
    with pytest.raises(DeliveryFailed, match="no_history"):
        await way.platform.remove(CREDENTIALS, "a:r/1/m1")
