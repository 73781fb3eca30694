"""Who there is: companies, workspaces, offices, members, promoters, accounts and rooms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base, Owned, new_id


class Company(Base):
    """One customer. Only the sample company may have a clock that is shifted (体験ツアー)."""

    __tablename__ = "company"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    locale: Mapped[str] = mapped_column(default="ja")
    zone: Mapped[str] = mapped_column(default="Asia/Tokyo")
    sample: Mapped[bool] = mapped_column(default=False)
    clock_shift: Mapped[int] = mapped_column(default=0)  # seconds; the sample company only
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Workspace(Base):
    """A Slack team, a Teams tenant or the local page; it routes verified envelopes to a company."""

    __tablename__ = "workspace"
    __table_args__ = (UniqueConstraint("platform", "external_id"),)
    company_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    platform: Mapped[str]
    external_id: Mapped[str]
    credentials: Mapped[bytes | None]  # sealed; Teams: app id, secret, tenant
    state: Mapped[str] = mapped_column(default="active")  # or paused: nothing is sent there
    paused_for: Mapped[str] = mapped_column(default="")  # the platform's code, never text
    renewing_until: Mapped[datetime | None]  # the process that renews its token has the turn


class Office(Owned, Base):
    """営業所, and the region (営業部) above it."""

    __tablename__ = "office"
    __table_args__ = (UniqueConstraint("company_id", "name"),)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")


class Member(Owned, Base):
    """A person on the roster. `roles` add up; `office_id` is the office of today."""

    __tablename__ = "member"
    __table_args__ = (
        ForeignKeyConstraint(["company_id", "office_id"], ["office.company_id", "office.id"]),
    )
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    chat_id: Mapped[str | None]  # Slack's or Teams' id of the person, where the roster gives it
    office_id: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(default=list)
    locale: Mapped[str] = mapped_column(default="ja")
    show_name: Mapped[bool | None]  # asked once: None = not yet (decision 23)
    wants_digest: Mapped[bool] = mapped_column(default=True)
    wants_questions: Mapped[bool] = mapped_column(default=True)
    wants_nudges: Mapped[bool] = mapped_column(default=True)
    paused_until: Mapped[date | None]
    question_day: Mapped[int | None]  # 0 Monday … 4 Friday; None: the day of the schedule
    window_from: Mapped[str | None]  # HH:MM; job messages come between these, None: 08:30–18:00
    window_until: Mapped[str | None]
    quiet_since: Mapped[date | None]  # three questions unanswered: none are asked until they return
    joined_on: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)


class Promoter(Base):
    """推進メンバー: exactly one per office, with a deputy."""

    __tablename__ = "promoter"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    office_id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str]
    deputy_id: Mapped[str | None]


class Account(Base):
    """A member's identity on one platform; `address` is what it takes to write to them."""

    __tablename__ = "account"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(index=True)
    address: Mapped[dict[str, Any]] = mapped_column(default=dict)
    email: Mapped[str] = mapped_column(default="")  # as the platform tells it; "": not known
    seen_at: Mapped[datetime | None]
    blocked: Mapped[str] = mapped_column(default="")  # the person shut the bot out: the code


class Room(Owned, Base):
    """A chat that the bot may post to or listen in, perhaps an office's; one per office posts."""

    __tablename__ = "room"
    __table_args__ = (
        Index(
            "uq_room_office_posts",
            "company_id",
            "office_id",
            unique=True,
            sqlite_where=text("posts and state = 'active'"),
            postgresql_where=text("posts and state = 'active'"),
        ),
        Index(
            "uq_room_for_admins",
            "company_id",
            "workspace_id",
            unique=True,
            sqlite_where=text("for_admins and state = 'active'"),
            postgresql_where=text("for_admins and state = 'active'"),
        ),
    )
    workspace_id: Mapped[str]
    address: Mapped[dict[str, Any]] = mapped_column(default=dict)
    office_id: Mapped[str | None]
    listens: Mapped[bool] = mapped_column(default=False)
    posts: Mapped[bool] = mapped_column(default=True)
    name: Mapped[str] = mapped_column(default="")  # as the platform shows it
    state: Mapped[str] = mapped_column(default="active")  # or left, archived: nothing goes there
    for_admins: Mapped[bool] = mapped_column(default=False, server_default=false())
