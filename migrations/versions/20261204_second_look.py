"""What a second look at released cases found, beside the samples of imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261204"
down_revision = "20261203"
branch_labels = None
depends_on = None


def upgrade() -> None:
    missed = sa.Column("missed", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("sampling", missed)


def downgrade() -> None:
    op.drop_column("sampling", "missed")
