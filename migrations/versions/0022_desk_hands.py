"""Answers prepared by meaning, macros, and in whose history a deed is told."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    with op.batch_alter_table("deeds") as table:
        table.add_column(sa.Column("case_ids", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("templates") as table:
        table.add_column(sa.Column("topic_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("asked", sa.String(), nullable=False, server_default=""))
        table.create_foreign_key(table.f("fk_templates_topic_id"), "topics", ["topic_id"], ["id"])
    op.create_table(
        "macros",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("does", sa.JSON(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_macros_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macros")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_macros_organization_id_name")),
    )
