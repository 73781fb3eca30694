"""Chat workspaces and their credentials: written sealed, opened only to send."""

from __future__ import annotations

from typing import Any

from cases.db import Database
from cases.models.org import Workspace
from cases.scope import Scope
from cases.seal import KeyRing


async def connect(
    db: Database,
    ring: KeyRing,
    company_id: str,
    platform: str,
    external_id: str,
    credentials: dict[str, Any],
) -> str:
    """Connects a Slack team or a Teams tenant to a company, or renews its credentials; its id."""
    sealed = ring.seal_json(credentials, company_id)
    route = await db.directory.route(platform, external_id)
    async with db.transaction(Scope(company_id)) as shelf:
        if route is not None and route.company_id == company_id:
            row = await shelf.people.workspace(route.workspace_id)
            if row is not None:
                row.credentials, row.state = sealed, "active"
                return row.id
        row = Workspace(
            company_id=company_id, platform=platform, external_id=external_id, credentials=sealed
        )
        shelf.people.add(row)
        await shelf.people.flush()
        return row.id
