"""Answers prepared by meaning, macros, and in whose history a deed is told."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    with op.batch_alter_table("deeds") as table:
        table.add_column(sa.Column("case_ids", sa.JSON(), nullable=False, server_default="[]"))
