"""The roster: dated moves, files that wait for a word, chat ids, and what became of a room."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128"
down_revision = '20261127'
branch_labels = None
depends_on = None

TABLES = ("move", "roster_file")
POSTS = sa.text("posts and state = 'active'")


def upgrade() -> None:
    op.add_column("member", sa.Column("chat_id", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("email", sa.Text(), nullable=False, server_default=""))
    op.add_column("room", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.add_column("room", sa.Column("state", sa.Text(), nullable=False, server_default="active"))
    op.create_index(
        "uq_room_office_posts",
        "room",
        ["company_id", "office_id"],
        unique=True,
        sqlite_where=POSTS,
        postgresql_where=POSTS,
    )
    _moves()
    _files()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            _wall(table)


def _moves() -> None:
    op.create_table(
        "move",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=True),
        sa.Column("from_office_id", sa.Text(), nullable=True),
        sa.Column("roles", sa.JSON(), nullable=True),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_move"),
    )
    op.create_index("ix_move_due", "move", ["company_id", "done_at", "day"])


def _files() -> None:
    op.create_table(
        "roster_file",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_roster_file"),
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
    op.drop_table("roster_file")
    op.drop_index("ix_move_due", table_name="move")
    op.drop_table("move")
    op.drop_index("uq_room_office_posts", table_name="room")
    op.drop_column("room", "state")
    op.drop_column("room", "name")
    op.drop_column("account", "email")
    op.drop_column("member", "chat_id")
