"""When a platform takes the bot away from a workspace: its jobs stop and its token is deleted.

What is owed there waits, as for every paused workspace. 状態 tells administrators, the audit trail
records it, and a new installation (bot/vault.py) brings the workspace back.
"""

from __future__ import annotations

import logging

from bot import vault
from bot.conversation.events import Detached
from cases import audit
from cases.db import Shelf
from cases.library import Library
from cases.models.org import Workspace
from cases.scope import Scope
from scheduler import inbox
from scheduler.board import GONE
from scheduler.ports import Event

log = logging.getLogger(__name__)
SHUT = ("team_access_revoked", "team_access_not_granted")  # the platform may open it again


async def detach(library: Library, event: Event, said: Detached) -> None:
    """Carries out a kept event once; again it changes nothing."""
    async with library.db.transaction(Scope(event.company_id)) as shelf:
        await inbox.finish(shelf, event.id)
        row = await shelf.people.workspace(event.workspace_id)
        if row is None or row.external_id not in said.places:
            return
        if not said.reason:
            await _open_again(shelf, row)
            return
        opened = library.ring.open_json(row.credentials, row.company_id) if row.credentials else {}
        if said.at < float(opened.get("installed_at") or 0.0):  # it was installed anew since
            return
        if row.credentials is None and row.paused_for in GONE:  # Slack says it in two events
            return
        if await vault.pause(shelf, row, said.reason, forget=said.forget):
            log.error("workspace %s is paused: %s", row.id, said.reason)


async def _open_again(shelf: Shelf, row: Workspace) -> None:
    if row.state != "paused" or row.paused_for not in SHUT:
        return
    row.state, row.paused_for = "active", ""
    await audit.record(shelf, "workspace.resume", row.id)
