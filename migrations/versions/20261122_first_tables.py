"""First tables, and on PostgreSQL the walls between companies (row-level security, forced)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261122'
down_revision = None
branch_labels = None
depends_on = None


# Every table but `company` and `workspace`, which route a verified envelope to its company and
# hold no case text (workspace credentials are sealed).
WALLED = (
    "account",
    "audit_entry",
    "case",
    "delivery",
    "delivery_attempt",
    "digest",
    "draft",
    "embedding",
    "hold",
    "inbox_event",
    "occurrence",
    "office",
    "promoter",
    "rate_bucket",
    "reaction",
    "reflection",
    "room",
    "schedule",
    "talk",
    "trial",
    "watermark",
    "wish",
    "member",
)

CURRENT_COMPANY = """
create function current_company() returns text language plpgsql stable as $$
declare found text := current_setting('app.company_id', true);
begin
  if found is null or found = '' then
    raise exception 'no company is set for this transaction';
  end if;
  return found;
end $$
"""
APPEND_ONLY = {
    "postgresql": """
create function refuse_change() returns trigger language plpgsql as $$
begin raise exception 'the audit trail is append-only'; end $$;
create trigger audit_entry_append_only before update or delete on audit_entry
for each row execute function refuse_change()
""",
}


def walls() -> None:
    """Forced policies: a plain setting is not enough, because a pooled connection keeps ''."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(
                f"create trigger audit_entry_no_{act} before {act} on audit_entry "
                "begin select raise(abort, 'the audit trail is append-only'); end"
            )
        return
    op.execute(CURRENT_COMPANY)
    for table in WALLED:
        op.execute(f'alter table "{table}" enable row level security')
        op.execute(f'alter table "{table}" force row level security')
        op.execute(
            f'create policy company_wall on "{table}" '
            "using (company_id = (select current_company())) "
            "with check (company_id = (select current_company()))"
        )
    op.execute(APPEND_ONLY["postgresql"])


def upgrade() -> None:
    op.create_table('account',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('workspace_id', sa.Text(), nullable=False),
    sa.Column('user', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=False),
    sa.Column('address', sa.JSON(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('company_id', 'workspace_id', 'user', name=op.f('pk_account'))
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_member_id'), ['member_id'], unique=False)

    op.create_table('audit_entry',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('prev_hash', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'seq', name=op.f('pk_audit_entry'))
    )
    op.create_table('case',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Text(), nullable=False),
    sa.Column('show_author', sa.Boolean(), nullable=False),
    sa.Column('office_id', sa.Text(), nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('situation', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('tip', sa.Text(), nullable=False),
    sa.Column('voice', sa.Text(), nullable=False),
    sa.Column('intent', sa.Text(), nullable=False),
    sa.Column('conditions', sa.Text(), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('channels', sa.JSON(), nullable=False),
    sa.Column('area', sa.JSON(), nullable=False),
    sa.Column('customer', sa.JSON(), nullable=False),
    sa.Column('facility', sa.Text(), nullable=False),
    sa.Column('access', sa.Text(), nullable=False),
    sa.Column('barrier', sa.JSON(), nullable=False),
    sa.Column('outcome', sa.JSON(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('sample', sa.Boolean(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('release_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('released_by', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('shared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_case')),
    sa.UniqueConstraint('company_id', 'source', name=op.f('uq_case_company_id_source'))
    )
    with op.batch_alter_table('case', schema=None) as batch_op:
        batch_op.create_index('ix_case_changed', ['company_id', 'changed_at'], unique=False)
        batch_op.create_index('ix_case_shared', ['company_id', 'status', 'shared_at'], unique=False)

    op.create_table('company',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('sample', sa.Boolean(), nullable=False),
    sa.Column('clock_shift', sa.Integer(), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_company'))
    )
    op.create_table('delivery',
    sa.Column('dedupe_key', sa.Text(), nullable=False),
    sa.Column('occurrence_id', sa.Text(), nullable=True),
    sa.Column('workspace_id', sa.Text(), nullable=True),
    sa.Column('user', sa.Text(), nullable=True),
    sa.Column('member_id', sa.Text(), nullable=True),
    sa.Column('room_id', sa.Text(), nullable=True),
    sa.Column('case_ids', sa.JSON(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=True),
    sa.Column('payload_sha256', sa.Text(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('unsolicited', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('lease_owner', sa.Text(), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('first_intent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('intent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('client_msg_id', sa.Text(), nullable=False),
    sa.Column('room', sa.Text(), nullable=True),
    sa.Column('receipt', sa.Text(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('sweeps', sa.Integer(), nullable=False),
    sa.Column('removed', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_delivery')),
    sa.UniqueConstraint('company_id', 'dedupe_key', name=op.f('uq_delivery_company_id_dedupe_key'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_due', ['company_id', 'state', 'next_at'], unique=False)
        batch_op.create_index('ix_delivery_member', ['company_id', 'member_id', 'not_before'], unique=False)
        batch_op.create_index('ix_delivery_occurrence', ['company_id', 'occurrence_id'], unique=False)

    op.create_table('delivery_attempt',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('delivery_id', sa.Text(), nullable=False),
    sa.Column('fence', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('http_status', sa.Integer(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('retry_after', sa.Double(), nullable=True),
    sa.PrimaryKeyConstraint('company_id', 'delivery_id', 'fence', name=op.f('pk_delivery_attempt'))
    )
    op.create_table('digest',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('office_id', sa.Text(), nullable=False),
    sa.Column('month', sa.Text(), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'office_id', 'month', name=op.f('pk_digest'))
    )
    op.create_table('draft',
    sa.Column('author_id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('values', sa.JSON(), nullable=False),
    sa.Column('findings', sa.JSON(), nullable=False),
    sa.Column('original', sa.LargeBinary(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=True),
    sa.Column('declared_hash', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_draft'))
    )
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_author_id'), ['author_id'], unique=False)

    op.create_table('embedding',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('model', sa.Text(), nullable=False),
    sa.Column('part', sa.Text(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'case_id', 'model', 'part', name=op.f('pk_embedding'))
    )
    op.create_table('hold',
    sa.Column('draft_id', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Text(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=True),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('queue', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('receipt', sa.Text(), nullable=False),
    sa.Column('heard_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_hold'))
    )
    with op.batch_alter_table('hold', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hold_draft_id'), ['draft_id'], unique=False)

    op.create_table('inbox_event',
    sa.Column('workspace_id', sa.Text(), nullable=False),
    sa.Column('platform', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('raw', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_inbox_event')),
    sa.UniqueConstraint('company_id', 'workspace_id', 'platform', 'external_id', name=op.f('uq_inbox_event_company_id_workspace_id_platform_external_id'))
    )
    with op.batch_alter_table('inbox_event', schema=None) as batch_op:
        batch_op.create_index('ix_inbox_event_waiting', ['company_id', 'state', 'next_at'], unique=False)

    op.create_table('occurrence',
    sa.Column('schedule_id', sa.Text(), nullable=False),
    sa.Column('period_key', sa.Text(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_occurrence')),
    sa.UniqueConstraint('company_id', 'schedule_id', 'period_key', name=op.f('uq_occurrence_company_id_schedule_id_period_key'))
    )
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.create_index('ix_occurrence_state', ['company_id', 'state', 'due_at'], unique=False)

    op.create_table('office',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('region', sa.Text(), nullable=False),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_office')),
    sa.UniqueConstraint('company_id', 'name', name=op.f('uq_office_company_id_name'))
    )
    op.create_table('promoter',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('office_id', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=False),
    sa.Column('deputy_id', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('company_id', 'office_id', name=op.f('pk_promoter'))
    )
    op.create_table('rate_bucket',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('workspace_id', sa.Text(), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('tokens', sa.Double(), nullable=False),
    sa.Column('per_minute', sa.Double(), nullable=False),
    sa.Column('refilled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('blocked_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('company_id', 'workspace_id', 'method', 'scope', name=op.f('pk_rate_bucket'))
    )
    op.create_table('reaction',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'case_id', 'member_id', 'kind', name=op.f('pk_reaction'))
    )
    op.create_table('reflection',
    sa.Column('member_id', sa.Text(), nullable=False),
    sa.Column('asked_on', sa.Text(), nullable=False),
    sa.Column('prompt', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('answer', sa.LargeBinary(), nullable=True),
    sa.Column('shared', sa.Text(), nullable=True),
    sa.Column('trial_id', sa.Text(), nullable=True),
    sa.Column('draft_id', sa.Text(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_reflection')),
    sa.UniqueConstraint('company_id', 'member_id', 'asked_on', name=op.f('uq_reflection_company_id_member_id_asked_on'))
    )
    op.create_table('room',
    sa.Column('workspace_id', sa.Text(), nullable=False),
    sa.Column('address', sa.JSON(), nullable=False),
    sa.Column('office_id', sa.Text(), nullable=True),
    sa.Column('listens', sa.Boolean(), nullable=False),
    sa.Column('posts', sa.Boolean(), nullable=False),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_room'))
    )
    op.create_table('schedule',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('tz', sa.Text(), nullable=False),
    sa.Column('calendar_id', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('known_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_period', sa.Text(), nullable=True),
    sa.Column('catch_up_days', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_schedule')),
    sa.UniqueConstraint('company_id', 'kind', name=op.f('uq_schedule_company_id_kind'))
    )
    op.create_table('talk',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=False),
    sa.Column('waiting_for', sa.JSON(), nullable=False),
    sa.Column('search', sa.JSON(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'member_id', name=op.f('pk_talk'))
    )
    op.create_table('trial',
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=False),
    sa.Column('office_id', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_trial')),
    sa.UniqueConstraint('company_id', 'case_id', 'member_id', name=op.f('uq_trial_company_id_case_id_member_id'))
    )
    with op.batch_alter_table('trial', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trial_member_id'), ['member_id'], unique=False)

    op.create_table('watermark',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('workspace_id', sa.Text(), nullable=False),
    sa.Column('room', sa.Text(), nullable=False),
    sa.Column('last_ts', sa.Text(), nullable=False),
    sa.Column('filled_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'workspace_id', 'room', name=op.f('pk_watermark'))
    )
    op.create_table('wish',
    sa.Column('theme', sa.Text(), nullable=False),
    sa.Column('filters', sa.JSON(), nullable=False),
    sa.Column('asker_id', sa.Text(), nullable=False),
    sa.Column('office_id', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('answered_by', sa.Text(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_wish'))
    )
    op.create_table('workspace',
    sa.Column('company_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('platform', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('credentials', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_workspace')),
    sa.UniqueConstraint('platform', 'external_id', name=op.f('uq_workspace_platform_external_id'))
    )
    op.create_table('member',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('office_id', sa.Text(), nullable=True),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('show_name', sa.Boolean(), nullable=True),
    sa.Column('wants_digest', sa.Boolean(), nullable=False),
    sa.Column('wants_questions', sa.Boolean(), nullable=False),
    sa.Column('paused_until', sa.Date(), nullable=True),
    sa.Column('joined_on', sa.Date(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('company_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['company_id', 'office_id'], ['office.company_id', 'office.id'], name=op.f('fk_member_company_id_office_id_office')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_member'))
    )

    walls()


def downgrade() -> None:
    op.drop_table('member')
    op.drop_table('workspace')
    op.drop_table('wish')
    op.drop_table('watermark')
    with op.batch_alter_table('trial', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_trial_member_id'))

    op.drop_table('trial')
    op.drop_table('talk')
    op.drop_table('schedule')
    op.drop_table('room')
    op.drop_table('reflection')
    op.drop_table('reaction')
    op.drop_table('rate_bucket')
    op.drop_table('promoter')
    op.drop_table('office')
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.drop_index('ix_occurrence_state')

    op.drop_table('occurrence')
    with op.batch_alter_table('inbox_event', schema=None) as batch_op:
        batch_op.drop_index('ix_inbox_event_waiting')

    op.drop_table('inbox_event')
    with op.batch_alter_table('hold', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hold_draft_id'))

    op.drop_table('hold')
    op.drop_table('embedding')
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_draft_author_id'))

    op.drop_table('draft')
    op.drop_table('digest')
    op.drop_table('delivery_attempt')
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_occurrence')
        batch_op.drop_index('ix_delivery_member')
        batch_op.drop_index('ix_delivery_due')

    op.drop_table('delivery')
    op.drop_table('company')
    with op.batch_alter_table('case', schema=None) as batch_op:
        batch_op.drop_index('ix_case_shared')
        batch_op.drop_index('ix_case_changed')

    op.drop_table('case')
    op.drop_table('audit_entry')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_account_member_id'))

    op.drop_table('account')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function current_company(), refuse_change()")
