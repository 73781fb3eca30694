"""Signing in to the pages: links that open once, and the sessions of browsers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base, Owned


class SignInLink(Owned, Base):
    """One member's way in, good once and for ten minutes. The secret is kept as its hash."""

    __tablename__ = "sign_in_link"
    __table_args__ = (UniqueConstraint("company_id", "digest"),)
    member_id: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]  # SHA-256 of the secret in the link, hex
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebSession(Owned, Base):
    """One browser in which a member has signed in; who signs out leaves no row."""

    __tablename__ = "web_session"
    __table_args__ = (UniqueConstraint("company_id", "digest"),)
    member_id: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]  # SHA-256 of the secret in the cookie, hex
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # to the minute
