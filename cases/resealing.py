"""A new key seals anew what an older one had sealed, in batches, while everything runs.

Every process opens with all keys of the ring and seals with the first. A run that is stopped goes
on where it was: what is done begins with the new key's id.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Collection

from cases.db import Database
from cases.errors import WrongKey
from cases.scope import Scope
from cases.seal import KeyRing
from cases.store import sealed

BATCH = 200  # values in one transaction: some 10 ms


async def counts(db: Database, ring: KeyRing) -> dict[str, int]:
    """How many sealed values of all companies there are by key id; "?" for keys we do not have."""
    found = dict.fromkeys(ring.keys, 0)
    everything = 0
    for company in await db.directory.companies():
        async with db.reading(Scope(company.id)) as shelf:
            for column in sealed.columns():
                for key_id in ring.keys:
                    number = await sealed.count(shelf.session, company.id, column, key_id)
                    found[key_id] += number
                everything += await sealed.count(shelf.session, company.id, column, "")
    lost = everything - sum(found.values())
    return found | ({"?": lost} if lost else {})


async def reseal(db: Database, ring: KeyRing) -> tuple[int, int]:
    """Seals everything with the ring's first key: (values sealed anew, values nobody can open)."""
    done, lost = 0, 0
    for company in await db.directory.companies():
        for column in sealed.columns():
            skipped: set[bytes] = set()
            seen = BATCH
            while seen:
                seen, changed = await _batch(db, ring, company.id, column, skipped)
                done += changed
            lost += len(skipped)
    return done, lost


async def _batch(
    db: Database, ring: KeyRing, company_id: str, column: sealed.Sealed, skipped: set[bytes]
) -> tuple[int, int]:
    """One transaction: (values looked at for the first time, values sealed anew)."""
    changed = 0
    async with db.transaction(Scope(company_id)) as shelf:
        most = BATCH + len(skipped)
        found = await sealed.others(shelf.session, company_id, column, ring.current, most)
        fresh = [(key, old) for key, old in found if old not in skipped]
        for key, old in fresh:
            try:
                new = ring.seal_bytes(ring.open_bytes(old, company_id), company_id)
            except WrongKey:
                skipped.add(old)
                continue
            changed += await sealed.swap(shelf.session, column, key, old, new)
    return len(fresh), changed


def new_entry(known: Collection[str]) -> str:
    """`id:base64` of a fresh key, with the first free id of k1, k2, …"""
    number = next(n for n in range(1, len(known) + 2) if f"k{n}" not in known)
    return f"k{number}:{base64.b64encode(os.urandom(32)).decode()}"
