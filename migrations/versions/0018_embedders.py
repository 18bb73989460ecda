"""Sites that may show our pages in a frame."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    _create_embedders()


def _create_embedders() -> None:
    op.create_table(
        "embedders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_embedders_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embedders")),
        sa.UniqueConstraint("origin", name=op.f("uq_embedders_origin")),
    )
    with op.batch_alter_table("embedders") as embedders:
        embedders.create_index(embedders.f("ix_embedders_organization_id"), ["organization_id"], unique=False)


def downgrade() -> None:
    for table in ("embedders",):
        op.drop_table(table)
