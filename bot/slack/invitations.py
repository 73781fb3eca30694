"""Invitations: an operator's leave for one workspace to join a company, as a link good once."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

from cases import audit
from cases.columns import new_id
from cases.db import Shelf
from cases.library import Library
from cases.models.install import Invitation
from cases.scope import Scope
from cases.store.installs import Installs

_CODE = re.compile(r"([\w-]{1,64})\.([\w-]{20,64})", re.ASCII)


def digest(secret: str) -> str:
    """What is kept of a secret that has 256 random bits: its SHA-256, hex."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


async def invite(shelf: Shelf, valid: timedelta) -> str:
    """Makes an invitation and gives its code, `company.secret`, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    row = Invitation(
        company_id=shelf.scope.company_id,
        id=new_id(),
        digest=digest(secret),
        expires_at=shelf.now + valid,
    )
    Installs(shelf).add(row)
    await audit.record(shelf, "slack.invite", row.id)
    return f"{row.company_id}.{secret}"


async def found(library: Library, code: str) -> Invitation | None:
    """The invitation of a code, as long as it is neither used nor over."""
    parts = _CODE.fullmatch(code)
    if parts is None:
        return None
    async with library.db.transaction(Scope(parts[1])) as shelf:
        return await Installs(shelf).invitation(digest(parts[2]))
