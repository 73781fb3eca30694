"""Tickets: `company.secret` in a link or a cookie, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field

_SHAPE = re.compile(r"([\w-]{1,64})\.([\w-]{20,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The company is named in clear, so that the hash is looked for within its walls only."""

    company_id: str
    secret: str = field(repr=False)  # 256 random bits, base64url

    def __str__(self) -> str:
        return f"{self.company_id}.{self.secret}"

    @property
    def digest(self) -> str:
        """What is kept of it."""
        return digest(self.secret)


def fresh(company_id: str) -> Ticket:
    """A new ticket of a company."""
    return Ticket(company_id, secrets.token_urlsafe(32))


def read(text: str) -> Ticket | None:
    """The ticket in a link or a cookie; None for what has not the shape of one."""
    parts = _SHAPE.fullmatch(text)
    return Ticket(parts[1], parts[2]) if parts else None


def digest(secret: str) -> str:
    """SHA-256, hex. What has 256 random bits cannot be guessed, so it needs no salt."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
