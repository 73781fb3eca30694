"""What has changed outside (package insert, material, tool), and the cases that it puts in doubt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261207"
down_revision = "20261206"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("case", sa.Column("revision_id", sa.Text(), nullable=True))
    op.create_table(
        "revision",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("named_by", sa.Text(), nullable=False),
        sa.Column("named_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_revision"),
    )
    if op.get_bind().dialect.name != "sqlite":
        _wall("revision")


def _wall(table: str) -> None:
    """Forced, as of every table that one company owns."""
    op.execute(f'alter table "{table}" enable row level security')
    op.execute(f'alter table "{table}" force row level security')
    op.execute(
        f'create policy company_wall on "{table}" '
        "using (company_id = (select current_company())) "
        "with check (company_id = (select current_company()))"
    )


def downgrade() -> None:
    op.drop_table("revision")
    op.drop_column("case", "revision_id")
