"""Which companies were deleted as a whole: ids, so that a restore does not bring them back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261208"
down_revision = "20261207"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Outside the walls: it holds no row of a company that is there (ADR 26)."""
    op.create_table(
        "ended_company",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ended_company"),
    )


def downgrade() -> None:
    op.drop_table("ended_company")
