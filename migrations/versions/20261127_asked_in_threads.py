"""The last search of a member in each chat thread, behind the walls between companies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261127'
down_revision = '20261126'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('asked',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=False),
    sa.Column('thread', sa.Text(), nullable=False),
    sa.Column('search', sa.JSON(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'member_id', 'thread', name=op.f('pk_asked'))
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute('alter table "asked" enable row level security')
        op.execute('alter table "asked" force row level security')
        op.execute(
            'create policy company_wall on "asked"'
            " using (company_id = (select current_company()))"
            " with check (company_id = (select current_company()))"
        )


def downgrade() -> None:
    op.drop_table('asked')
