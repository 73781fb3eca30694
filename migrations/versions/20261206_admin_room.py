"""A room for those who run it: one in each workspace gets the daily head of the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261206"
down_revision = "20261205"
branch_labels = None
depends_on = None

INDEX = "uq_room_for_admins"


def upgrade() -> None:
    mark = sa.Column("for_admins", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("room", mark)
    there = sa.text("for_admins and state = 'active'")
    op.create_index(
        INDEX,
        "room",
        ["company_id", "workspace_id"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )


def downgrade() -> None:
    op.drop_index(INDEX, table_name="room")
    op.drop_column("room", "for_admins")
