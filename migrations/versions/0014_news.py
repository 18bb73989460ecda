"""What consoles have new to show, and the guesses that agents refused."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "news",
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("audience", name=op.f("pk_news")),
    )
    op.create_table(
        "denied_links",
        sa.Column("identifier_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.id"], name=op.f("fk_denied_links_citizen_id")),
        sa.ForeignKeyConstraint(
            ["identifier_id"], ["identifiers.id"], name=op.f("fk_denied_links_identifier_id")
        ),
        sa.PrimaryKeyConstraint("identifier_id", "citizen_id", name=op.f("pk_denied_links")),
    )


def downgrade() -> None:
    op.drop_table("denied_links")
    op.drop_table("news")
