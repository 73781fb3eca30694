"""Versions of a message in the inbox, one draft for a message, and the processes that live."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261124'
down_revision = '20261123'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """`process` stays outside the walls: it holds no row of a company (ADR 18)."""
    op.create_table('process',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('beat_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('planned_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_process'))
    )
    with op.batch_alter_table('inbox_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('message', sa.Text(), nullable=True))
        batch_op.create_index('ix_inbox_event_message', ['company_id', 'workspace_id', 'message'])
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.create_unique_constraint(op.f('uq_draft_company_id_source'), ['company_id', 'source'])


def downgrade() -> None:
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('uq_draft_company_id_source'), type_='unique')
    with op.batch_alter_table('inbox_event', schema=None) as batch_op:
        batch_op.drop_index('ix_inbox_event_message')
        batch_op.drop_column('message')
    op.drop_table('process')
