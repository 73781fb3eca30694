"""What Teams is sent unasked: who shut the bot out, what nobody can know, and the limits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.conversation import standing
from bot.teams.answers import refusal
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.members import DEACTIVATED
from cases.models.org import Account
from cases.scope import Scope
from scheduler import buckets
from scheduler.buckets import CHAT, LIMITS, POST, Bucket
from scheduler.job import DIGEST
from scheduler.models import RateBucket
from scheduler.ports import DeliveryFailed
from tests.drivers.doors import teams_door
from tests.drivers.teams import TeamsDriver
from tests.fakes.sample_cast import KATO, NAKAMURA, SATO
from tests.fakes.teams_connector import CHANNEL
from tests.fakes.teams_rooms import SENDING, Rooms

START = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[TeamsDriver]:
    async with teams_door(company_file, tmp_path, encoder) as opened:
        assert isinstance(opened, TeamsDriver)
        yield opened


async def test_who_blocked_the_bot_is_paused_and_listed_until_they_write(
    driver: TeamsDriver,
) -> None:
    sato, nakamura = driver.person(SATO), driver.person(NAKAMURA)
    await sato.says("ヘルプ")
    driver.fake.rooms.rooms["a-sato"].refuses = "MessageWritesBlocked"
    await sato.says("ヘルプ")  # the answer cannot be shown
    calls = len(driver.fake.tried)
    await nakamura.says("状態")
    assert "送れない方: 1名(MessageWritesBlocked)" in nakamura.sees
    assert "佐藤 美咲さんには送れません" in nakamura.sees
    await sato.says("ヘルプ")  # whoever writes can be written to, and is tried once
    assert len([path for _, path in driver.fake.tried[calls:] if "a-sato" in path]) == 1
    driver.fake.rooms.rooms["a-sato"].refuses = ""
    await sato.says("ヘルプ")
    assert "はじめての方へ" in sato.sees
    await nakamura.says("状態")
    assert "送れない方" not in nakamura.sees


async def test_doctor_counts_them_and_names_nobody(driver: TeamsDriver) -> None:
    """It prints the rows of `standing` among those of 状態."""
    await driver.person(SATO).says("ヘルプ")
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        account = await shelf.people.account("teams", "aad-sato")
        assert account is not None
        account.blocked = "ForbiddenOperationException"
        (found,) = [
            value for label, value in await standing.rows(shelf, "en") if "reached" in label
        ]
    assert found == "1 (ForbiddenOperationException)"


def test_a_closed_account_is_not_one_that_shut_us_out() -> None:
    assert not standing.is_shut_out(Account(blocked=""))
    assert not standing.is_shut_out(Account(blocked=DEACTIVATED))
    assert standing.is_shut_out(Account(blocked="MessageWritesBlocked"))


@pytest.mark.parametrize(
    "code",
    [
        "MessageWritesBlocked",
        "ConversationBlockedByUser",
        "BotNotInConversationRoster",
        "ForbiddenOperationException",
        "BotDisabledByAdmin",
    ],
)
def test_a_403_about_a_person_stops_nobody_else(code: str) -> None:
    found = refusal(403, {}, {"error": {"code": code}})
    assert isinstance(found, DeliveryFailed)
    assert (found.shut_out, found.permanent, found.workspace_wide) == (True, True, False)


def test_a_bot_that_is_not_registered_stops_the_workspace() -> None:
    found = refusal(401, {}, {"error": {"code": "BotNotRegistered"}})
    assert isinstance(found, DeliveryFailed)
    assert found.workspace_wide


async def test_what_nobody_can_know_waits_for_a_person(driver: TeamsDriver) -> None:
    """A 502 after the office's card was posted: it is there once, and nothing repeats it."""
    kato, nakamura = driver.person(KATO), driver.person(NAKAMURA)
    await driver.house.go_to(12, 3)
    await kato.says("月次まとめ")
    await kato.presses("営業所で共有")
    driver.fake.rooms.lost = 1
    await kato.presses("共有する")
    await driver.house.go_to(12, 4)
    await driver.house.hub.clock.ring("reconcile")
    assert len(driver.fake.rooms.rooms[CHANNEL].own) == 1
    await nakamura.says("状態")
    assert "届いたかどうか、確かめられませんでした" in nakamura.sees
    await nakamura.presses("送信済みにする")
    assert "送信済みにしました" in nakamura.sees
    assert len(driver.fake.rooms.rooms[CHANNEL].own) == 1


def test_a_chat_that_is_sent_to_as_its_bucket_allows_is_never_too_much_for_teams() -> None:
    """Seventy minutes of one chat, and Teams' own four windows."""
    rooms, sent = Rooms("28:bot"), 0
    limit = LIMITS["teams", CHAT]
    full = limit.start * limit.seconds / 60
    row = RateBucket(tokens=full, per_minute=limit.start, refilled_at=START, blocked_until=None)
    for tick in range(70 * 60 * 4):
        rooms.clock = tick / 4
        bucket = Bucket(row, limit, START + timedelta(seconds=tick / 4))
        bucket.refill()
        if bucket.allows(DIGEST):
            bucket.take()
            rooms._spend("19:kobe", SENDING)  # raises when it is too much
            sent += 1
    assert sent > 1_700


def test_a_tenant_gets_less_than_teams_takes() -> None:
    limit = LIMITS["teams", POST]
    assert limit.most / 60 == 25  # own budget; Teams takes 30 to 50 a second
    assert limit.most / 60 * limit.seconds <= 30
    assert buckets.LIMITS["teams", CHAT].seconds * buckets.LIMITS["teams", CHAT].start / 60 <= 7
