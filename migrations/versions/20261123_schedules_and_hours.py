"""Schedules that 事務局 changes, told skips, and each member's own hours and day of questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261123"
down_revision = "20261122"
branch_labels = None
depends_on = None


def upgrade() -> None:
    settings = sa.Column("settings", sa.JSON(), nullable=False, server_default="{}")
    op.add_column("schedule", settings)
    op.add_column("schedule", sa.Column("state", sa.Text(), nullable=False, server_default="on"))
    op.add_column("occurrence", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("member", sa.Column("question_day", sa.Integer(), nullable=True))
    op.add_column("member", sa.Column("window_from", sa.Text(), nullable=True))
    op.add_column("member", sa.Column("window_until", sa.Text(), nullable=True))
    op.add_column("member", sa.Column("quiet_since", sa.Date(), nullable=True))


def downgrade() -> None:
    for column in ("quiet_since", "window_until", "window_from", "question_day"):
        op.drop_column("member", column)
    op.drop_column("occurrence", "told_at")
    op.drop_column("schedule", "state")
    op.drop_column("schedule", "settings")
