"""Drafts that one person wrote for another, and what a member said about nudges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129"
down_revision = "20261125"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("written_by", sa.Text(), nullable=True))
    op.add_column("draft", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    yes, none = sa.text("true"), sa.text("0")
    op.add_column(
        "member", sa.Column("wants_nudges", sa.Boolean(), nullable=False, server_default=yes)
    )
    op.add_column(
        "member", sa.Column("nudges_passed", sa.Integer(), nullable=False, server_default=none)
    )
    op.add_column("member", sa.Column("no_nudge_until", sa.Date(), nullable=True))


def downgrade() -> None:
    for column in ("no_nudge_until", "nudges_passed", "wants_nudges"):
        op.drop_column("member", column)
    for column in ("asked_at", "written_by"):
        op.drop_column("draft", column)
