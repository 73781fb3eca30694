"""The exit from Bot Framework: its types stay in one file, and another library fits there."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from bot.teams import platform, transport
from bot.teams.outgoing import Outgoing
from cases.embedding.bundled import BundledEncoder
from tests.drivers.doors import teams_door as house_door
from tests.fakes.sample_cast import SATO, TICKS, WIN
from tests.fakes.teams_connector import APP, TENANT
from tests.fakes.teams_door import Door, teams_door
from tests.fakes.teams_forger import FORGED
from tests.fakes.teams_other_library import OtherTransport

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
LIBRARY = ("botbuilder", "botframework", "msrest", "msal")


def plain(value: Any) -> bool:
    """True for what JSON can say, all the way down."""
    if isinstance(value, dict):
        return all(type(name) is str and plain(each) for name, each in value.items())
    if isinstance(value, list):
        return all(map(plain, value))
    return type(value) in (str, int, float, bool, type(None))


def of_the_library(hint: Any) -> bool:
    return any(f"{name}." in f"{hint!r}{getattr(hint, '__module__', '')}." for name in LIBRARY)


async def test_what_comes_through_the_seam_is_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[object, ...]] = []
    real = platform.TeamsPlatform._take

    async def take(this: platform.TeamsPlatform, tenant: str, raw: Json) -> Any:
        answer = await real(this, tenant, raw)
        taken.append((tenant, raw, *answer))
        return answer

    monkeypatch.setattr(platform.TeamsPlatform, "_take", take)
    async with teams_door() as door:
        for activity in (door.fake.activity(), door.fake.pressed("try", "case-1")):
            assert (await door.post(activity))[0] == 200
    assert len(taken) == 2
    assert all(plain(value) for parts in taken for value in parts)


def test_no_public_call_of_the_transport_names_a_type_of_the_library() -> None:
    calls = [*vars(transport.Transport).values(), *vars(Outgoing).values()]
    public = [call for call in calls if inspect.isfunction(call) and call.__name__[0] != "_"]
    assert {"handle", "send", "update", "open_personal"} <= {call.__name__ for call in public}
    for call in [*public, transport.Transport.__init__]:
        assert not any(of_the_library(hint) for hint in get_type_hints(call).values()), call


def test_no_other_file_names_the_library() -> None:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        if path != ROOT / "bot/teams/transport.py":
            lines = path.read_text(encoding="utf-8").splitlines()
            used = [line for line in lines if line.lstrip().startswith(("import", "from"))]
            assert not [line for line in used if line.split()[1].startswith(LIBRARY)], path


@pytest.fixture
def swapped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product with another transport; whoever reaches for the library fails."""
    monkeypatch.setattr(platform, "Transport", OtherTransport)
    for name in [*sys.modules]:
        if name.partition(".")[0] in LIBRARY:
            monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("swapped")
async def test_another_library_refuses_the_same_forged_tokens() -> None:
    async with teams_door() as door:
        answers = {name: await _answered(door, forge(door.fake)) for name, forge in FORGED.items()}
        assert {name: status for name, status in answers.items() if status != 401} == {}
        assert (door.desk.log, door.fake.logins) == ([], 0)
        assert await _answered(door, door.fake.token()) == 200


async def _answered(door: Door, authorization: str) -> int:
    body = json.dumps(door.fake.activity()).encode()
    return (await door.raw(body, {"Authorization": authorization}))[0]


@pytest.mark.usefixtures("swapped")
async def test_with_another_library_a_case_is_shared_as_before(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with house_door(company_file, tmp_path, encoder) as driver:
        sato = driver.person(SATO)
        await sato.says(WIN)
        await sato.presses("共有する", declared=list(TICKS), show_author="no")
        assert "公開しました" in sato.sees
        assert APP.tenant_id == TENANT
