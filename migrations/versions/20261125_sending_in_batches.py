"""Sending in batches: indexes for claims, why a workspace is paused, who shut the bot out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261125'
down_revision = '20261124'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_delivery_claim',
        'delivery',
        ['company_id', 'workspace_id', 'state', 'priority', 'next_at'],
    )
    op.create_index('ix_delivery_expiry', 'delivery', ['company_id', 'state', 'expires_at'])
    op.drop_index('ix_delivery_occurrence', table_name='delivery')
    op.create_index('ix_delivery_occurrence', 'delivery', ['company_id', 'occurrence_id', 'state'])
    text = sa.Text()
    op.add_column('workspace', sa.Column('paused_for', text, nullable=False, server_default=''))
    op.add_column('account', sa.Column('blocked', text, nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('account', 'blocked')
    op.drop_column('workspace', 'paused_for')
    op.drop_index('ix_delivery_occurrence', table_name='delivery')
    op.create_index('ix_delivery_occurrence', 'delivery', ['company_id', 'occurrence_id'])
    op.drop_index('ix_delivery_expiry', table_name='delivery')
    op.drop_index('ix_delivery_claim', table_name='delivery')
