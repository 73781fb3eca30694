"""Chat workspaces are connected once; their credentials lie sealed and can be renewed."""

from __future__ import annotations

from bot import vault
from cases import sample
from cases.scope import Scope
from tests.fakes.house import House

TOKEN = "xoxb-very-secret"


async def test_a_workspace_is_connected_once_and_its_credentials_are_renewed(
    company: House,
) -> None:
    library, reception = company.hub.library, company.hub.reception
    old, new = {"token": "old"}, {"token": TOKEN}
    first = await vault.connect(library.db, library.ring, sample.COMPANY, "slack", "T9", old)
    async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
        row = await shelf.people.workspace(first)
        assert row is not None
        row.state = "revoked"
    again = await vault.connect(library.db, library.ring, sample.COMPANY, "slack", "T9", new)
    assert again == first
    assert await reception.credentials(first, sample.COMPANY) == new
    assert TOKEN.encode() not in company.bytes()
    async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
        row = await shelf.people.workspace(first)
        assert row is not None
        assert row.state == "active"


async def test_two_teams_of_one_company_are_two_workspaces(company: House) -> None:
    library = company.hub.library
    places = {
        await vault.connect(library.db, library.ring, sample.COMPANY, "slack", team, {})
        for team in ("T1", "T2")
    }
    assert len(places) == 2
    for place in places:
        assert await company.hub.reception.credentials(place, sample.COMPANY) == {}
