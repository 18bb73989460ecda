"""Menus with versions; what a line says in an emergency, and its relay for deaf people."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "menu_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tree", sa.JSON(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_menu_versions_line_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff.id"], name=op.f("fk_menu_versions_made_by_id")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["staff.id"], name=op.f("fk_menu_versions_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_versions")),
        sa.UniqueConstraint("line_id", "number", name=op.f("uq_menu_versions_line_id_number")),
    )
    op.create_table(
        "menu_trials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("call_ref", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_menu_trials_line_id")),
        sa.ForeignKeyConstraint(["version_id"], ["menu_versions.id"], name=op.f("fk_menu_trials_version_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_menu_trials_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_trials")),
        sa.UniqueConstraint("line_id", "phone", name=op.f("uq_menu_trials_line_id_phone")),
    )
    op.add_column("lines", sa.Column("emergency", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("lines", sa.Column("relay_url", sa.String(), nullable=False, server_default=""))
    op.add_column("lines", sa.Column("relay_schedule", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column(
        "lines", sa.Column("records_calls", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "lines", sa.Column("takes_messages", sa.Boolean(), nullable=False, server_default=sa.true())
    )


def downgrade() -> None:
    op.drop_column("lines", "takes_messages")
    op.drop_column("lines", "records_calls")
    op.drop_column("lines", "relay_schedule")
    op.drop_column("lines", "relay_url")
    op.drop_column("lines", "emergency")
    op.drop_table("menu_trials")
    op.drop_table("menu_versions")
