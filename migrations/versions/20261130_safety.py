"""What a hold's reminders, export and purge need, and drafts that the guard could not check."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261130"
down_revision = "20261129"
branch_labels = None
depends_on = None

MOMENTS = ("shown_at", "answered_at")


def upgrade() -> None:
    op.add_column("hold", sa.Column("text_hash", sa.Text(), nullable=False, server_default=""))
    op.add_column("hold", sa.Column("answer", sa.LargeBinary(), nullable=True))
    op.add_column("hold", sa.Column("decided_by", sa.Text(), nullable=True))
    for moment in MOMENTS:
        op.add_column("hold", sa.Column(moment, sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_hold_queue", "hold", ["company_id", "queue", "decided_at"])
    since = sa.Column("unchecked_since", sa.DateTime(timezone=True), nullable=True)
    op.add_column("draft", since)


def downgrade() -> None:
    op.drop_column("draft", "unchecked_since")
    op.drop_index("ix_hold_queue", "hold")
    for column in (*MOMENTS, "decided_by", "answer", "text_hash"):
        op.drop_column("hold", column)
