"""管理者の部屋: the audit trail's daily head in a channel, and what a copy of it proves."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import cli
from cases import audit, rights, rooms, sample
from cases.models.org import Room
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import planner, schedules
from scheduler.dispatch import finish
from scheduler.jobs import BY_NAME
from scheduler.models import Delivery, DeliveryState, ScheduleState
from tests.bot.test_rights import become
from tests.bot.test_slack_roster import joined, room, tells
from tests.drivers.doors import DOORS
from tests.drivers.slack import SALES, SlackDriver
from tests.drivers.teams import TeamsDriver
from tests.fakes.sample_cast import KATO, NAKAMURA, SATO, TICKS, WIN
from tests.fakes.slack_requests import command

COMPANY = Scope(sample.COMPANY)
KIND = "audit_head_room"


async def makes_it(slack: SlackDriver, who: str = NAKAMURA) -> str:
    """Brings the bot into a channel and makes it the administrators' room."""
    one = slack.person(who)
    await tells(slack, joined(f"U0{who.upper()}"))
    await one.opens_mail()
    return await one.presses("登録する", office="admins", uses=["posts", "listens"])


async def morning(slack: SlackDriver, day: int) -> None:
    """Planner and ledger on a morning of November."""
    await slack.house.go_to(11, day)
    await slack._settle()


def posts(slack: SlackDriver, channel: str = SALES) -> list[dict[str, Any]]:
    return [one for one in slack.slack.messages if one["channel"] == channel]


def copied(slack: SlackDriver) -> str:
    """What a person gets who marks all of the channel and copies it."""
    lines = []
    for number, one in enumerate(posts(slack)):
        lines += [f"ヒトツブ アプリ  8:4{number}", *texts(one["blocks"]), ":eyes: 1"]
    return "\n".join(lines)


def texts(found: object) -> list[str]:
    """All strings that a reader sees in blocks."""
    if isinstance(found, dict):
        own = [found["text"]] if isinstance(found.get("text"), str) else []
        return own + [text for value in found.values() for text in texts(value)]
    if isinstance(found, list):
        return [text for value in found for text in texts(value)]
    return []


async def verified(copy: Path, text: str) -> int:
    """`hitotsubu audit verify --heads COPY`, where somebody pasted the text."""

    def act() -> int:
        copy.write_text(text, "utf-8")
        return cli.call(["audit", "verify", "--heads", str(copy)])

    return await asyncio.to_thread(act)


@pytest.fixture
def terminal(slack: SlackDriver, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The command line of the same house; where copies are put."""
    path = slack.house.path
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("HITOTSUBU_VAR", str(path.parent))
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    return path.parent / "copy.txt"


async def test_the_head_of_each_day_comes_once_and_says_what_it_is(
    slack: SlackDriver, terminal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await morning(slack, 6)
    assert posts(slack) == []  # without such a room nothing changes
    seen = await makes_it(slack)
    assert "#sales: 管理者の部屋" in seen
    assert "毎日 8:40" in seen
    await morning(slack, 7)  # a Saturday
    await makes_it(slack)  # an act, so that the next head is another one
    await morning(slack, 8)
    before = len(posts(slack))
    await planner.plan(slack.house.hub.pages.plans, sample.COMPANY)
    await finish(slack.house.hub.pages.worker, sample.COMPANY)
    assert before == len(posts(slack)) == 2
    assert "操作の記録のひかえ(11/8)" in copied(slack)
    assert "下の行は、消したり直したりせずに" in copied(slack)
    assert await verified(terminal, copied(slack)) == 0
    assert "控え2件とも合っています。" in capsys.readouterr().out
    async with slack.house.hub.library.db.transaction(COMPANY) as shelf:
        rows = list(await shelf.session.scalars(select(Delivery).where(Delivery.kind == KIND)))
    assert [row.state for row in rows] == [DeliveryState.SENT] * 2


@pytest.mark.attack(54)
async def test_a_tail_that_was_cut_off_or_written_anew_differs_from_the_channel(
    slack: SlackDriver, terminal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await makes_it(slack)
    sato = slack.person(SATO)
    await sato.says(WIN)
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    await morning(slack, 7)
    kept = copied(slack).replace("audit head", "> audit\n> head")
    (head,) = audit.anchors(kept, sample.COMPANY)
    with sqlite3.connect(slack.house.path) as owner:
        for (name,) in owner.execute(
            "select name from sqlite_master where type = 'trigger' and tbl_name = 'audit_entry'"
        ).fetchall():
            owner.execute(f"drop trigger {name}")
        owner.execute("delete from audit_entry where seq >= ?", (head - 1,))
    owner.close()
    assert await asyncio.to_thread(cli.call, ["audit", "verify"]) == 0  # the chain itself is whole
    capsys.readouterr()
    assert await verified(terminal, kept) == 1
    told = capsys.readouterr().out
    assert f"{head}件目の控えがありますが、記録は{head - 2}件目までです" in told
    async with slack.house.hub.library.db.transaction(COMPANY) as shelf:
        for number in range(4):  # the chain is written anew, as if nothing had been
            await audit.record(shelf, "case.publish", f"other-{number}")
    assert await verified(terminal, kept) == 1
    assert f"{head}件目の控えが、いまの記録と違います" in capsys.readouterr().out


@pytest.mark.attack(54)
async def test_an_older_backup_that_was_restored_differs_from_the_channel(
    slack: SlackDriver, terminal: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    await makes_it(slack)
    dump = str(tmp_path / "dump")
    assert await asyncio.to_thread(cli.call, ["backup", dump]) == 0
    await slack.person(SATO).says("設定")
    await makes_it(slack)
    await morning(slack, 7)
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
    assert await asyncio.to_thread(cli.call, ["restore", dump]) == 0
    capsys.readouterr()
    assert await verified(terminal, copied(slack)) == 1
    assert "控えが" in capsys.readouterr().out


async def test_only_it_and_head_office_make_one(slack: SlackDriver) -> None:
    kato = slack.person(KATO)
    assert "E-02" in await makes_it(slack, KATO)
    assert "管理者の部屋" not in str([one.native for one in kato.screens])
    await become(slack.house, KATO, [Role.IT_ADMIN])
    assert "管理者の部屋" in await makes_it(slack, KATO)
    assert "#sales: 管理者の部屋" in await kato.says("部屋")
    await become(slack.house, KATO, [Role.PROMOTER])
    (seen, *_) = await slack.act(KATO, command("部屋"))
    assert "登録する" not in [key.label for key in seen.keys]


@pytest.mark.attack(22)
async def test_a_channel_with_another_company_is_refused_and_falls_silent(
    slack: SlackDriver,
) -> None:
    slack.slack.rooms[SALES].shared = "is_ext_shared"
    assert "E-34" in await makes_it(slack)
    slack.slack.rooms[SALES].shared = ""
    slack.slack.grants["xoxb-hitotsubu"].discard("channels:read")
    assert "E-35" in await makes_it(slack)
    slack.slack.grants["xoxb-hitotsubu"].add("channels:read")
    assert "管理者の部屋" in await makes_it(slack)
    await tells(slack, {"type": "channel_shared", "channel": SALES, "connected_team_id": "E1"})
    await morning(slack, 7)
    assert posts(slack) == []
    found = await room(slack, SALES)
    assert found is not None
    assert not found.for_admins


async def test_nobody_holds_it_or_turns_it_off(slack: SlackDriver) -> None:
    head = Scope(sample.COMPANY, NAKAMURA, rights.of([Role.HQ_ADMIN]))
    async with slack.house.hub.library.db.transaction(head) as shelf:
        (plan,) = [one for one in await schedules.listing(shelf, BY_NAME) if one.kind == KIND]
        assert plan.duty
        assert plan.next[1].due_at - plan.next[0].due_at == timedelta(days=1)
        for state in (ScheduleState.HELD, ScheduleState.OFF):
            with pytest.raises(schedules.NotFound):
                await schedules.set_state(shelf, BY_NAME, KIND, state)


async def test_in_teams_it_comes_into_the_chat_too(
    company_file: Path, tmp_path: Path, encoder: Any
) -> None:
    async with DOORS["teams"](company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, TeamsDriver)
        async with driver.house.hub.library.db.transaction(COMPANY) as shelf:
            (found,) = await shelf.session.scalars(select(Room).where(Room.workspace_id == "teams"))
            found_id = found.id
        it = Scope(sample.COMPANY, NAKAMURA, rights.of([Role.IT_ADMIN]))
        async with driver.house.hub.library.db.transaction(it) as shelf:
            await rooms.register_for_admins(shelf, found_id)
        await driver.house.go_to(11, 7)
        (seen,) = await driver.room("")
        kept = audit.anchors(json.dumps(seen.native, ensure_ascii=False), sample.COMPANY)
        async with driver.house.hub.library.db.transaction(COMPANY) as shelf:
            assert len(kept) == 1
            assert (await audit.verify(shelf, kept)).broken is None
