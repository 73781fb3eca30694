"""The health routes: the process lives, and it is ready only when all that it needs answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer

from bot.server import Ready, make_app
from tests.fakes.house import House


async def ask(path: str, ready: Ready) -> tuple[int, dict[str, object]]:
    async with TestClient(TestServer(make_app([], ready), host="127.0.0.1")) as http:
        answer = await http.get(path)
        return answer.status, await answer.json()


async def fine() -> dict[str, str]:
    return {}


async def broken() -> dict[str, str]:
    return {"database": "OperationalError"}


async def test_the_process_lives_although_the_database_is_down() -> None:
    status, found = await ask("/live", broken)
    assert (status, found["live"]) == (200, True)


async def test_readiness_says_what_is_wrong() -> None:
    assert await ask("/ready", fine) == (200, {"ready": True, "wrong": {}})
    wrong = {"database": "OperationalError"}
    assert await ask("/ready", broken) == (503, {"ready": False, "wrong": wrong})


async def test_a_running_company_is_ready_and_one_without_its_database_is_not(
    company: House, tmp_path: Path
) -> None:
    hub = company.hub
    assert await ask("/ready", hub.ready) == (200, {"ready": True, "wrong": {}})
    hub.settings = replace(hub.settings, var=tmp_path / "not-made-yet")
    assert await hub.ready() == {}

    async def down() -> list[object]:
        raise OSError

    hub.library.db.directory.companies = down  # type: ignore[assignment,method-assign]  # the database is gone
    status, found = await ask("/ready", hub.ready)
    assert (status, found["wrong"]) == (503, {"database": "OSError"})
