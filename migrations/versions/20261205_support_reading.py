"""Readings of single cases for support: who, when, until when, and the sealed reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261205"
down_revision = "20261204"
branch_labels = None
depends_on = None

TABLE = "support_reading"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_who", TABLE, ["company_id", "member_id", "case_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f'alter table "{TABLE}" enable row level security')
        op.execute(f'alter table "{TABLE}" force row level security')
        op.execute(
            f'create policy company_wall on "{TABLE}" '
            "using (company_id = (select current_company())) "
            "with check (company_id = (select current_company()))"
        )


def downgrade() -> None:
    op.drop_table(TABLE)
