"""What cases and codes still lacked: whether another administration has the matter, and codes that are spoken."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("passed_on_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "code_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("provider_ref", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_code_calls_code_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_calls")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_code_calls_provider_ref")),
    )
    with op.batch_alter_table("code_calls") as table:
        table.create_index(table.f("ix_code_calls_code_id"), ["code_id"], unique=False)
