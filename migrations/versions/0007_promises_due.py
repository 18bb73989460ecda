"""What an organization promised for today, which its desks ask for every few seconds, without reading it all."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("ix_promises_due", "promises", ["organization_id", "kept_at", "due_at"])


def downgrade() -> None:
    op.drop_index("ix_promises_due", table_name="promises")
