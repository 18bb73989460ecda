"""Scripts for agents: their versions, when they are proposed, the way taken in each contact."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "scripts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_scripts_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scripts")),
        sa.UniqueConstraint("slug", name=op.f("uq_scripts_slug")),
    )
    op.create_index(op.f("ix_scripts_organization_id"), "scripts", ["organization_id"])
    for name in ("topic", "queue"):
        op.create_table(
            f"script_{name}s",
            sa.Column("script_id", sa.Integer(), nullable=False),
            sa.Column(f"{name}_id", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f(f"fk_script_{name}s_script_id")),
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{name}s.id"], name=op.f(f"fk_script_{name}s_{name}_id")
            ),
            sa.PrimaryKeyConstraint("script_id", f"{name}_id", name=op.f(f"pk_script_{name}s")),
        )
    op.create_table(
        "script_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tree", sa.JSON(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f("fk_script_versions_script_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff.id"], name=op.f("fk_script_versions_made_by_id")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["staff.id"], name=op.f("fk_script_versions_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_versions")),
        sa.UniqueConstraint("script_id", "number", name=op.f("uq_script_versions_script_id_number")),
    )
    op.create_table(
        "script_paths",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("script_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_script_paths_contact_id")),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f("fk_script_paths_script_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["script_versions.id"], name=op.f("fk_script_paths_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_paths")),
        sa.UniqueConstraint("contact_id", "script_id", name=op.f("uq_script_paths_contact_id_script_id")),
    )


def downgrade() -> None:
    for name in ("script_paths", "script_versions", "script_queues", "script_topics", "scripts"):
        op.drop_table(name)
