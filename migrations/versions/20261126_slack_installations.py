"""Slack by OAuth: invitations, installations under way, and the turn to renew a token."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261126"
down_revision = "20261125"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "invitation",
        sa.Column("company_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("used_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_invitation"),
    )
    op.create_table(
        "install_state",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=True),
        sa.Column("invitation_id", sa.Text(), nullable=True),
        sa.Column("expires_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_install_state"),
    )
    op.add_column("workspace", sa.Column("renewing_until", moment, nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        return
    # `install_state` stays outside the walls: Slack names the workspace only at its end (ADR 20).
    op.execute('alter table "invitation" enable row level security')
    op.execute('alter table "invitation" force row level security')
    op.execute(
        'create policy company_wall on "invitation" '
        "using (company_id = (select current_company())) "
        "with check (company_id = (select current_company()))"
    )


def downgrade() -> None:
    op.drop_column("workspace", "renewing_until")
    op.drop_table("install_state")
    op.drop_table("invitation")
