"""The last contacts of an organization, without reading them all."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("ix_contacts_recent", "contacts", ["organization_id", "started_at"])


def downgrade() -> None:
    op.drop_index("ix_contacts_recent", table_name="contacts")
