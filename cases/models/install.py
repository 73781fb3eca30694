"""How a workspace comes in by itself: invitations, and installations that are under way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base, Owned


class Invitation(Owned, Base):
    """An operator's leave for one workspace to join the company. The secret is kept as its hash."""

    __tablename__ = "invitation"
    digest: Mapped[str]  # SHA-256 of the secret in the link, hex
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class InstallState(Base):
    """An installation under way: Slack has to bring the state back, in the same browser.

    It belongs to no company until Slack names the workspace (ADR 20). Only hashes are kept.
    """

    __tablename__ = "install_state"
    digest: Mapped[str] = mapped_column(primary_key=True)  # SHA-256 of the state, hex
    browser: Mapped[str]  # SHA-256 of the browser's cookie, hex
    company_id: Mapped[str | None]  # of the invitation
    invitation_id: Mapped[str | None]
    expires_at: Mapped[datetime]
