"""The public keys that Teams signs with: loaded once, and again when an unknown key appears."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

from bot.teams import limits

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """What botframework asks of a key; `endorsements` are the channels that it may speak for."""

    public_key: Any
    endorsements: list[str] = field(default_factory=list)


class Keys:
    """Stands in for botframework's key store, which blocks the loop and never reloads in time."""

    def __init__(self, url: str, fetch: Callable[[str], Awaitable[Json]]) -> None:
        self._url = url
        self._fetch = fetch
        self._keys: dict[str, Key] = {}
        self._tried = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, key_id: str | None) -> Key:
        """The key of that id. An unknown id reloads at most every five minutes.

        Raises PermissionError when it stays unknown, or the keys cannot be had.
        """
        if key_id not in self._keys:
            await self._reload()
        if key_id is None or key_id not in self._keys:
            raise PermissionError("unknown key")
        return self._keys[key_id]

    async def _reload(self) -> None:
        async with self._lock:
            now = asyncio.get_running_loop().time()
            # Before the first success there is nothing to protect but the server of the keys.
            pause = limits.KEYS_RELOAD_SECONDS if self._keys else 1.0
            if now - self._tried < pause:
                return
            self._tried = now
            await self._load()

    async def _load(self) -> None:
        try:
            metadata = await self._fetch(self._url)
            found = await self._fetch(str(metadata.get("jwks_uri", "")))
        except (OSError, ValueError):
            return  # the old keys stay; the caller answers 401 and Teams comes again
        rows = found.get("keys")
        loaded = [_key(row) for row in rows] if isinstance(rows, list) else []
        if fresh := dict(each for each in loaded if each):
            self._keys = fresh


class NoKeys:
    """For issuers that may never speak to us (emulator, other bots): no key, no network."""

    async def get(self, key_id: str | None) -> Key:
        """Refuses."""
        raise PermissionError("not an issuer for this bot")


def _key(row: Any) -> tuple[str, Key] | None:
    if not isinstance(row, dict) or row.get("kty") != "RSA" or not row.get("kid"):
        return None
    try:
        return row["kid"], Key(RSAAlgorithm.from_jwk(json.dumps(row)), row.get("endorsements", []))
    except (PyJWTError, ValueError):
        return None
