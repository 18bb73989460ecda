"""Views saved, changes of many cases, who else is on a page, and words kept while they are typed."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    _create_saved_views()
    _create_bulk_changes()
    _create_jottings()
    _create_onlookers()
    with op.batch_alter_table("cases") as table:
        table.create_index(
            "ix_cases_not_closed",
            ["organization_id", "id"],
            unique=False,
            sqlite_where=sa.text("state != 'closed'"),
            postgresql_where=sa.text("state != 'closed'"),
        )


def _create_saved_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_saved_views_organization_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_views_staff_id")),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_saved_views_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("form_key", name=op.f("uq_saved_views_form_key")),
    )
    with op.batch_alter_table("saved_views") as table:
        table.create_index(table.f("ix_saved_views_organization_id"), ["organization_id"], unique=False)


def _create_bulk_changes() -> None:
    op.create_table(
        "bulk_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("deed_ids", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_bulk_changes_organization_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_bulk_changes_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_changes")),
        sa.UniqueConstraint("form_key", name=op.f("uq_bulk_changes_form_key")),
    )
    with op.batch_alter_table("bulk_changes") as table:
        table.create_index(table.f("ix_bulk_changes_by_id"), ["by_id"], unique=False)


def _create_jottings() -> None:
    op.create_table(
        "jottings",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("typed", sa.String(), nullable=False),
        sa.Column("over", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_jottings_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "page", "field", name=op.f("pk_jottings")),
    )
    with op.batch_alter_table("jottings") as table:
        table.create_index(table.f("ix_jottings_at"), ["at"], unique=False)


def _create_onlookers() -> None:
    op.create_table(
        "onlookers",
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_onlookers_staff_id")),
        sa.PrimaryKeyConstraint("page", "staff_id", name=op.f("pk_onlookers")),
    )
    with op.batch_alter_table("onlookers") as table:
        table.create_index(table.f("ix_onlookers_seen_at"), ["seen_at"], unique=False)
