"""Calls that nobody told us the end of are found among millions of contacts."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

GOING_ON = sa.text("channel = 'phone' AND ended_at IS NULL AND provider_ref IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.create_index(
            "ix_contacts_going_on",
            ["started_at"],
            unique=False,
            sqlite_where=GOING_ON,
            postgresql_where=GOING_ON,
        )
