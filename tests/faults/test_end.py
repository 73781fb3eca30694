"""SIGTERM while messages go out: the process ends in time and in order, and leaves no claims."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.slack import blocks
from bot.views.notes import note
from cases import sample
from cases.db import Shelf
from cases.embedding.bundled import BundledEncoder
from cases.models.org import Account
from cases.scope import Scope
from scheduler import ledger
from scheduler.models import Delivery, DeliveryState
from scheduler.store.ledger import Ledger
from scheduler.store.processes import Processes
from tests.fakes.sample_cast import SATO
from tests.faults.matrix import Measured
from tests.faults.test_kill import ROOT, Stage, _answers, open_stage, until

pytestmark = pytest.mark.slow
MANY = 1_000
CARD = blocks.payload(note("お知らせです。"))


@pytest.fixture
async def stage(tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Stage]:
    """A company that owes a thousand messages on Slack."""
    async with open_stage(tmp_path, encoder) as found:
        async with found.library.db.transaction(Scope(sample.COMPANY)) as shelf:
            await _owe(shelf)
        yield found


async def _owe(shelf: Shelf) -> None:
    row = Account(company_id=sample.COMPANY, workspace_id="slack", user="U0SATO", member_id=SATO)
    row.address = {"user": "U0SATO", "channel": "D0SATO"}
    shelf.people.add(row)
    for number in range(MANY):
        owed = ledger.Owed(
            dedupe_key=f"m{number}", kind="reply", payload=CARD, workspace_id="slack",
            user="U0SATO", member_id=SATO,
        )  # fmt: skip
        await ledger.owe(shelf, owed)


async def states(stage: Stage) -> list[DeliveryState]:
    async with stage.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        rows = await Ledger(shelf).deliveries(Delivery.workspace_id == "slack", 2 * MANY)
    return [row.state for row in rows]


async def _sent(stage: Stage) -> bool:
    return len(stage.api.messages) >= 5


@pytest.mark.fault(29)
@pytest.mark.parametrize("signals", [1, 2])
async def test_a_process_that_is_told_to_stop_ends_in_time(
    stage: Stage, measured: Measured, signals: int
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.child", "none", "1",
        env={**os.environ, **stage.environ, "HITOTSUBU_PORT": str(stage.port)}, cwd=ROOT,
    )  # fmt: skip
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{stage.port}") as http:
            await until(lambda: _answers(http, process, dies=False))
        await until(lambda: _sent(stage))
        begun = time.monotonic()
        for _ in range(signals):
            process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.2)
        code = await asyncio.wait_for(process.wait(), 40)
        took = time.monotonic() - begun
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found = await states(stage)
    measured(
        f"{signals} signal: exit {code} in {took:.1f} s, {found.count(DeliveryState.READY)} wait"
    )
    assert took <= 30
    assert DeliveryState.READY in found
    if signals == 1:
        assert code == 0
        assert DeliveryState.SENDING not in found
        assert found.count(DeliveryState.SENT) == len(stage.api.messages)
        assert (await Processes(stage.library.db).known())[0] == []
