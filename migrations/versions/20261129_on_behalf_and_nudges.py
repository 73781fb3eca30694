"""Drafts that one person wrote for another, and whether a member wants nudges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129"
down_revision = "20261128"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("written_by", sa.Text(), nullable=True))
    op.add_column("draft", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    wants = sa.Column("wants_nudges", sa.Boolean(), nullable=False, server_default=sa.true())
    op.add_column("member", wants)


def downgrade() -> None:
    op.drop_column("member", "wants_nudges")
    for column in ("asked_at", "written_by"):
        op.drop_column("draft", column)
