"""Signing in to the pages: links that open once, and the sessions of browsers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261203"
down_revision = "20261202"
branch_labels = None
depends_on = None

TABLES = ("sign_in_link", "web_session")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in TABLES:
        op.create_table(
            table,
            sa.Column("company_id", sa.String(), nullable=False),
            sa.Column("id", sa.String(), nullable=False),
            sa.Column("member_id", sa.Text(), nullable=False),
            sa.Column("digest", sa.Text(), nullable=False),
            *_moments(table),
            sa.PrimaryKeyConstraint("company_id", "id", name=f"pk_{table}"),
            sa.UniqueConstraint("company_id", "digest", name=f"uq_{table}_company_id_digest"),
        )
        op.create_index(f"ix_{table}_member_id", table, ["member_id"])
        if op.get_bind().dialect.name == "postgresql":
            _wall(table)


def _moments(table: str) -> list[sa.Column[sa.DateTime]]:
    if table == "sign_in_link":
        return [
            sa.Column("expires_at", MOMENT, nullable=False),
            sa.Column("used_at", MOMENT, nullable=True),
        ]
    return [
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
    ]


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
    for table in reversed(TABLES):
        op.drop_table(table)
