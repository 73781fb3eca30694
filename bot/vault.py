"""Chat workspaces and their credentials: sealed at rest, opened to send, deleted at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from cases import audit
from cases.db import Database, Shelf
from cases.models.org import Workspace
from cases.scope import Scope
from cases.seal import KeyRing
from cases.store.org import Route

KEPT = 60.0  # seconds: a token that another process renewed is used after a minute at the latest


@dataclass(slots=True)
class Keys:
    """The opened credentials of workspaces, as one process remembers them."""

    db: Database
    ring: KeyRing
    _known: dict[tuple[str, str], tuple[float, dict[str, Any]]] = field(default_factory=dict)

    async def of(self, workspace_id: str, company_id: str) -> dict[str, Any]:
        """The workspace's credentials, opened; empty when there are none. Kept for a minute."""
        key = (company_id, workspace_id)  # another company may have the same id
        at, known = self._known.get(key, (float("-inf"), {}))
        if time.monotonic() - at < KEPT:
            return known
        async with self.db.transaction(Scope(company_id)) as shelf:
            workspace = await shelf.people.workspace(workspace_id)
        sealed = workspace.credentials if workspace else None
        opened = self.ring.open_json(sealed, company_id) if sealed else {}
        self._known[key] = (time.monotonic(), opened)
        return opened

    def forget(self, workspace_id: str) -> None:
        """They were changed here: they are read anew."""
        for key in [one for one in self._known if one[1] == workspace_id]:
            del self._known[key]


async def connect(
    db: Database,
    ring: KeyRing,
    company_id: str,
    platform: str,
    external_id: str,
    credentials: dict[str, Any],
) -> str:
    """Connects a Slack team or a Teams tenant to a company, or renews its credentials; its id."""
    route = await db.directory.route(platform, external_id)
    async with db.transaction(Scope(company_id)) as shelf:
        return await put(shelf, ring, route, platform, external_id, credentials)


async def put(
    shelf: Shelf,
    ring: KeyRing,
    route: Route | None,
    platform: str,
    external_id: str,
    credentials: dict[str, Any],
) -> str:
    """`connect` inside a transaction; `route` is where the workspace belonged before it.

    A workspace that comes back is active again: what waited for it is sent from now on.
    """
    company_id = shelf.scope.company_id
    sealed = ring.seal_json(credentials, company_id)
    if route is not None and route.company_id == company_id:
        row = await shelf.people.workspace(route.workspace_id)
        if row is not None:
            row.credentials, row.state, row.paused_for = sealed, "active", ""
            row.renewing_until = None
            return row.id
    row = Workspace(
        company_id=company_id, platform=platform, external_id=external_id, credentials=sealed
    )
    shelf.people.add(row)
    await shelf.people.flush()
    return row.id


async def pause(shelf: Shelf, row: Workspace, reason: str, *, forget: bool = False) -> bool:
    """Nothing is sent there from now on; with `forget` its credentials are deleted for good.

    False when it was so before: then nothing is recorded. `reason` is the platform's code.
    """
    if row.state == "paused" and row.paused_for == reason and not (forget and row.credentials):
        return False
    row.state, row.paused_for = "paused", reason
    if forget:
        row.credentials = None
    await audit.record(shelf, f"workspace.{reason}", row.id)
    return True
