"""The number that calls placed by a machine come from, where a line has one."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    with op.batch_alter_table("lines") as lines:
        lines.add_column(sa.Column("automatic_number", sa.String(), nullable=True))
        lines.create_unique_constraint(lines.f("uq_lines_automatic_number"), ["automatic_number"])
