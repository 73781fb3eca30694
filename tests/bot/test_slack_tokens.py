"""Tokens that end after twelve hours are renewed before, once, whatever two processes do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot import vault
from bot.slack.tokens import EXPIRED, App, Renewal, pasted
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.errors import BadInput
from cases.models.org import Workspace
from cases.scope import Scope
from scheduler import board
from tests.drivers import slack as slack_driver
from tests.fakes.house import House, open_house
from tests.fakes.slack_api import Answer, FakeSlack, fake_slack
from tests.fakes.slack_grants import CLIENT_ID, CLIENT_SECRET, ending, grant
from tests.fakes.slack_requests import TEAM

Json = dict[str, Any]
NOW = 1_800_000_000.0
OLD: Json = {"token": "xoxb-old", "bot_user": "U0BOT", "refresh_token": "xoxe-1-old"}


@dataclass
class Ring:
    """A company with one workspace whose token ends at `NOW` + 1 h, and two processes."""

    house: House
    slack: FakeSlack
    workspace: str
    forgotten: list[str] = field(default_factory=list)

    def process(self, now: float = NOW) -> Renewal:
        app = App(CLIENT_ID, CLIENT_SECRET, self.slack.url)
        return Renewal(app, self.house.hub.library, self.forgotten.append, lambda: now)

    async def row(self) -> tuple[Workspace, Json]:
        library = self.house.hub.library
        async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
            row = await shelf.people.workspace(self.workspace)
        assert row is not None
        sealed = row.credentials
        return row, library.ring.open_json(sealed, sample.COMPANY) if sealed else {}

    async def change(self, **columns: Any) -> None:
        async with self.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
            row = await shelf.people.workspace(self.workspace)
            for name, value in columns.items():
                setattr(row, name, value)


@pytest.fixture
async def ring(company_file: Path, tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Ring]:
    async with fake_slack() as slack:
        environ = slack_driver.environ(slack)
        async with open_house(company_file, tmp_path, encoder, environ) as house:
            library = house.hub.library
            old = OLD | {"expires_at": NOW + 3_600.0}
            row = await vault.connect(library.db, library.ring, sample.COMPANY, "slack", "T9", old)
            yield Ring(house, slack, row)


async def test_a_token_is_renewed_before_it_ends(ring: Ring) -> None:
    assert await ring.process(NOW - 86_400.0).run() == 0  # not yet
    ring.slack.oauth.refreshes["xoxe-1-old"] = grant("T9", **ending("xoxe-1-new"))
    assert await ring.process().run() == 1
    _, opened = await ring.row()
    assert opened["token"].startswith("xoxb-granted")
    assert opened["refresh_token"] == "xoxe-1-new"
    assert opened["expires_at"] == NOW + 43_200.0
    assert opened["bot_user"] == "U0BOT"
    assert ring.forgotten == [ring.workspace]
    assert await ring.process().run() == 0
    assert b"xoxe-1-new" not in ring.house.bytes()


async def test_two_processes_renew_once(ring: Ring) -> None:
    ring.slack.oauth.refreshes["xoxe-1-old"] = grant("T9", **ending("xoxe-1-new"))
    counts = await asyncio.gather(*(ring.process().run() for _ in range(4)))
    assert sum(counts) == 1
    assert len(ring.slack.made("oauth.v2.access")) == 1
    row, _ = await ring.row()
    assert (row.state, row.renewing_until) == ("active", None)


async def test_who_comes_late_to_its_turn_looks_again(ring: Ring) -> None:
    late = ring.process()
    stale, _ = await ring.row()
    ring.slack.oauth.refreshes["xoxe-1-old"] = grant("T9", **ending("xoxe-1-new"))
    assert await ring.process().run() == 1
    assert not await late._look(stale)
    assert len(ring.slack.made("oauth.v2.access")) == 1


async def test_a_workspace_paused_because_its_token_ended_is_renewed_and_goes_on(
    ring: Ring,
) -> None:
    await ring.change(state="paused", paused_for=EXPIRED)
    ring.slack.oauth.refreshes["xoxe-1-old"] = grant("T9", **ending("xoxe-1-new"))
    assert await ring.process(NOW - 86_400.0).run() == 1
    row, _ = await ring.row()
    assert (row.state, row.paused_for) == ("active", "")


async def test_a_workspace_paused_for_another_reason_is_left_alone(ring: Ring) -> None:
    await ring.change(state="paused", paused_for="invalid_auth")
    assert await ring.process().run() == 0
    assert ring.slack.made("oauth.v2.access") == []


async def test_slacks_refusal_pauses_the_workspace_for_people_to_see(ring: Ring) -> None:
    assert await ring.process().run() == 0  # the fake knows no such refresh token
    row, opened = await ring.row()
    assert (row.state, row.paused_for) == ("paused", "invalid_refresh_token")
    assert opened["token"] == "xoxb-old"  # it may be resumed by hand
    async with ring.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        assert [one.reason for one in await board.pauses(shelf)] == ["invalid_refresh_token"]
        entries = await shelf.audit.entries()
        assert entries[-1].what == "workspace.invalid_refresh_token"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(reset=True),
        Answer({"ok": False, "error": "internal_error"}),
        Answer({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"}),
    ],
)
async def test_what_may_pass_is_tried_again_at_the_next_turn(ring: Ring, answer: Answer) -> None:
    ring.slack.script["oauth.v2.access"] = [answer]
    ring.slack.oauth.refreshes["xoxe-1-old"] = grant("T9", **ending("xoxe-1-new"))
    assert await ring.process().run() == 0
    row, _ = await ring.row()
    assert row.state == "active"
    assert await ring.process().run() == 0  # this turn is not over
    await ring.change(renewing_until=None)
    assert await ring.process().run() == 1


async def test_a_token_that_does_not_end_and_a_deleted_one_are_left_alone(ring: Ring) -> None:
    await ring.change(credentials=None)
    assert await ring.process().run() == 0
    assert ring.slack.made("oauth.v2.access") == []


async def test_a_workspace_that_is_uninstalled_meanwhile_gets_no_token_back(ring: Ring) -> None:
    ring.slack.oauth.refreshes["xoxe-1-old"] = grant("T9", **ending("xoxe-1-new"))
    row, opened = await ring.row()
    await ring.change(credentials=None)
    assert not await ring.process()._renew(row, opened)
    assert (await ring.row())[1] == {}


async def test_the_round_belongs_to_an_app_with_oauth(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder, ring: Ring
) -> None:
    assert "tokens" not in ring.house.hub.clock.ticks
    folder = tmp_path / "with"
    folder.mkdir()
    environ = slack_driver.environ(ring.slack) | {
        "HITOTSUBU_SLACK_CLIENT_ID": CLIENT_ID,
        "HITOTSUBU_SLACK_CLIENT_SECRET": CLIENT_SECRET,
    }
    async with open_house(company_file, folder, encoder, environ) as house:
        library = house.hub.library
        ending_soon = OLD | {"expires_at": 1.0}
        team = ("slack", "T9")
        row = await vault.connect(library.db, library.ring, sample.COMPANY, *team, ending_soon)
        ring.slack.oauth.refreshes["xoxe-1-old"] = grant("T9", **ending("xoxe-1-new"))
        await house.hub.clock.ring("tokens")
        opened = await house.hub.reception.credentials(row, sample.COMPANY)
        assert opened["refresh_token"] == "xoxe-1-new"


async def test_slack_says_whose_a_pasted_token_is() -> None:
    async with fake_slack() as slack:
        place, found = await pasted("xoxb-sato", slack.url)
        assert place == TEAM
        kept = {"token": "xoxb-sato", "bot_user": "U0BOT", "team": TEAM, "enterprise": ""}
        assert found == kept
        whole = {"ok": True, "enterprise_id": "E0", "is_enterprise_install": True}
        slack.script["auth.test"] = [Answer(whole)]
        assert (await pasted("xoxb-sato", slack.url))[0] == "E0"
        with pytest.raises(BadInput, match="invalid_auth"):
            await pasted("xoxb-unknown", slack.url)
