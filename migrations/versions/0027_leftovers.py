"""What rules and referrals still lacked."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    with op.batch_alter_table("referrals") as table:
        table.add_column(sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("confirmation_requests") as table:
        table.add_column(sa.Column("read_up_to", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("referral_links") as table:
        table.add_column(sa.Column("letter", sa.String(), nullable=False, server_default=""))
        table.create_index(table.f("ix_referral_links_letter"), ["letter"], unique=False)
