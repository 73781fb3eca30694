"""How long a slow identity service holds up the event loop: `python -m benchmarks.teams_tokens`.

The product's Teams door with a Microsoft in another thread whose log-in takes 350 ms. Messages go
out in waves, each wave with no token; a clock on the same loop tells by how much it is late, less
what it waited for a processor (Linux counts that), so that a busy machine does not matter. A call
that blocks, as the SDK's does, is measured as well: the clock has to see it. The bar is 50 ms.
"""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks.rows import Row, show
from bot.teams.cloud import Cloud, TeamsApp
from bot.teams.platform import TeamsPlatform
from bot.views.elements import Card, Text
from tests.fakes.desk import FakeDesk
from tests.fakes.teams_connector import APP, SATO, TENANT

Json = dict[str, Any]

LOGIN = 0.350  # seconds that the identity service takes
WAVES, EACH = 10, 7  # messages at once, as many as Teams takes in a second
TICK = 0.002  # seconds between two looks at the clock
BAR = 50.0  # ms


class SlowMicrosoft(threading.Thread):
    """Log-in and Connector in a thread of their own, so that only our loop is measured."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.logins = self.sent = 0
        self.up = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.url = ""
        self.runner: web.AppRunner | None = None

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._open())
        self.up.set()
        self.loop.run_forever()
        if self.runner is not None:
            self.loop.run_until_complete(self.runner.cleanup())
        self.loop.close()

    async def _open(self) -> None:
        app = web.Application()
        app.router.add_post("/login/{tenant}/oauth2/v2.0/token", self._login)
        app.router.add_post("/teams/v3/conversations/{room}/activities", self._send)
        self.runner = runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _login(self, request: web.Request) -> web.Response:
        self.logins += 1
        await asyncio.sleep(LOGIN)
        return web.json_response({"access_token": f"t{self.logins}", "expires_in": 3_600})

    async def _send(self, request: web.Request) -> web.Response:
        self.sent += 1
        return web.json_response({"id": f"m{self.sent}"}, status=201)


@contextmanager
def _running() -> Iterator[SlowMicrosoft]:
    found = SlowMicrosoft()
    found.start()
    found.up.wait()
    yield found
    found.loop.call_soon_threadsafe(found.loop.stop)
    found.join()


def _waited() -> float:
    """Seconds that this thread has waited for a processor so far."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


async def _latest(work: asyncio.Task[Any]) -> float:
    """Milliseconds for which the loop was held up at worst while the work went on."""
    late = 0.0
    while not work.done():
        before, waited = time.perf_counter(), _waited()
        await asyncio.sleep(TICK)
        held = time.perf_counter() - before - TICK - (_waited() - waited)
        late = max(late, held)
    await work
    return 1_000 * late


async def _wave(platform: TeamsPlatform, address: Json) -> None:
    """Messages at once, none of which has a token."""
    platform.transport._connector._tokens.forget(APP)
    payload = platform.render(Card((Text("10月の好事例"),)))
    keys = {"app_id": APP.app_id, "tenant_id": APP.tenant_id, "secret": APP.secret}
    await asyncio.gather(*(platform.send(keys, address, payload, "key") for _ in range(EACH)))


async def _measure(fake: SlowMicrosoft) -> tuple[list[float], float]:
    """For how long each wave held up the loop, and a wave whose log-in blocks."""
    cloud = Cloud(login_url=f"{fake.url}/login/", services=(fake.url,))
    platform = TeamsPlatform(FakeDesk(TENANT), [APP], cloud=cloud)
    address = {
        "serviceUrl": f"{fake.url}/teams/",
        "channelId": "msteams",
        "conversation": {"id": "a:room", "tenantId": TENANT, "conversationType": "personal"},
        "bot": {"id": f"28:{APP.app_id}"},
        "user": {"id": "29:sato", "aadObjectId": SATO},
    }
    await _wave(platform, address)  # imports and the first connection
    waves = [await _latest(asyncio.create_task(_wave(platform, address))) for _ in range(WAVES)]
    platform.transport._connector._tokens._login = _blocks
    blocked = await _latest(asyncio.create_task(_wave(platform, address)))
    await platform.close()
    return waves, blocked


async def _blocks(app: TeamsApp) -> tuple[int, Json]:
    """What the SDK does: it waits for the answer on the loop."""
    time.sleep(LOGIN)  # noqa: ASYNC251  that it blocks is the point
    return 200, {"access_token": "t0", "expires_in": 3_600}


def rows() -> list[Row]:
    """For how long token calls hold up the loop. SystemExit when the measurement is not sound."""
    with _running() as fake:
        waves, blocked = asyncio.run(_measure(fake))
        if (fake.logins, fake.sent) != (WAVES + 1, (WAVES + 2) * EACH):
            raise SystemExit(f"{fake.logins} log-ins and {fake.sent} messages")
    if blocked < 900 * LOGIN:
        raise SystemExit(f"the clock does not see a call that blocks: {blocked:.0f} ms")
    value = f"median {statistics.median(waves):.0f} ms, longest {max(waves):.0f} ms"
    size = (
        f"n={WAVES} token calls of {1_000 * LOGIN:.0f} ms for {EACH} messages each; "
        f"one that blocks: {blocked:.0f} ms"
    )
    what = f"Teams: the event loop held up while a token is fetched (bar {BAR:.0f} ms)"
    return [Row(what, value, size)]


if __name__ == "__main__":
    show(rows())
