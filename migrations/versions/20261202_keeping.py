"""The audit trail keeps three years whatever happens; legal holds; whether a case still holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261202"
down_revision = "20261201"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# The shortest period that a company may choose: nobody deletes a younger entry, not even the job.
REFUSE = """
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and tg_level = 'ROW' and old.at < now() - interval '3 years' then
    return old;
  end if;
  raise exception 'the audit trail is append-only';
end $$
"""
REFUSE_BEFORE = """
create or replace function refuse_change() returns trigger language plpgsql as $$
begin raise exception 'the audit trail is append-only'; end $$
"""
NO_TRUNCATE = """
create trigger audit_entry_no_truncate before truncate on audit_entry
for each statement execute function refuse_change()
"""
# Whoever was given the right to change all tables is not given it here (the owner keeps it).
REVOKE = """
do $$ declare who text; begin
  for who in select distinct grantee from information_schema.role_table_grants
    where table_name = 'audit_entry' and table_schema = current_schema()
      and grantee not in (current_user, 'PUBLIC')
  loop execute format('revoke update, truncate on audit_entry from %I', who); end loop;
end $$
"""


def upgrade() -> None:
    op.add_column("case", sa.Column("confirmed_at", MOMENT, nullable=True))
    op.add_column("case", sa.Column("doubted_at", MOMENT, nullable=True))
    op.create_table(
        "legal_hold",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_legal_hold"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_delete("when old.at >= strftime('%Y-%m-%d %H:%M:%f', 'now', '-3 years')")
        return
    for statement in (REFUSE, NO_TRUNCATE, REVOKE):
        op.execute(statement)
    _wall("legal_hold")


def _sqlite_delete(when: str) -> None:
    op.execute("drop trigger audit_entry_no_delete")
    op.execute(
        f"create trigger audit_entry_no_delete before delete on audit_entry {when} "
        "begin select raise(abort, 'the audit trail is append-only'); end"
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
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_delete("")
    else:
        op.execute("drop trigger audit_entry_no_truncate on audit_entry")
        op.execute(REFUSE_BEFORE)
    op.drop_table("legal_hold")
    op.drop_column("case", "doubted_at")
    op.drop_column("case", "confirmed_at")
