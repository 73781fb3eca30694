"""Review before the office, what a reviewer says, words of the company, and what rules did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261201"
down_revision = "20261130"
branch_labels = None
depends_on = None

TABLES = ("firing", "lexicon_change", "sampling")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("draft", sa.Column("submitted_at", MOMENT, nullable=True))
    op.add_column("case", sa.Column("recast_at", MOMENT, nullable=True))
    for table in ("draft", "case"):
        note = sa.Column("review_note", sa.Text(), nullable=False, server_default="")
        op.add_column(table, note)
    _firings()
    _lexicon()
    _samplings()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            _wall(table)


def _firings() -> None:
    op.create_table(
        "firing",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("false_by", sa.Text(), nullable=False),
        sa.Column("false_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("company_id", "subject", "rule", name="pk_firing"),
    )


def _lexicon() -> None:
    op.create_table(
        "lexicon_change",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("word", sa.LargeBinary(), nullable=False),
        sa.Column("does", sa.Text(), nullable=False),
        sa.Column("adds", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_lexicon_change"),
    )


def _samplings() -> None:
    op.create_table(
        "sampling",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("picked", sa.JSON(), nullable=False),
        sa.Column("read", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_sampling"),
    )


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
    for table in ("case", "draft"):
        op.drop_column(table, "review_note")
    op.drop_column("case", "recast_at")
    op.drop_column("draft", "submitted_at")
