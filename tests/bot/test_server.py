"""The health routes: the process lives, and it is ready only when all that it needs answers."""

from __future__ import annotations

from aiohttp.test_utils import TestClient, TestServer

from bot.server import Ready, make_app


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
