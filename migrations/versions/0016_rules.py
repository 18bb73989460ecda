"""Rules that send to kinds, with strength and dates; their examples and checks."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    _create_rule_checks()
    _create_rule_examples()
    _extend_rule_versions()


def _create_rule_checks() -> None:
    op.create_table(
        "rule_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_rule_checks_asked_by")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_rule_checks_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_checks")),
    )
    with op.batch_alter_table("rule_checks") as rule_checks:
        rule_checks.create_index(
            rule_checks.f("ix_rule_checks_organization_id"), ["organization_id"], unique=False
        )


def _create_rule_examples() -> None:
    op.create_table(
        "rule_examples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("situation", sa.JSON(), nullable=False),
        sa.Column("expected", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_rule_examples_created_by")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_rule_examples_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_examples")),
    )
    with op.batch_alter_table("rule_examples") as rule_examples:
        rule_examples.create_index(
            rule_examples.f("ix_rule_examples_organization_id"), ["organization_id"], unique=False
        )


def _extend_rule_versions() -> None:
    with op.batch_alter_table("rule_versions") as rule_versions:
        rule_versions.add_column(sa.Column("kind", sa.String(), nullable=False, server_default=""))
        rule_versions.add_column(sa.Column("strength", sa.Integer(), nullable=False, server_default="2"))
        rule_versions.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        rule_versions.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        rule_versions.add_column(sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True))
        rule_versions.add_column(sa.Column("review_asked_at", sa.DateTime(timezone=True), nullable=True))
        rule_versions.add_column(sa.Column("review_asked_by", sa.Integer(), nullable=True))
        rule_versions.alter_column("service_id", existing_type=sa.INTEGER(), nullable=True)
        rule_versions.create_foreign_key(
            rule_versions.f("fk_rule_versions_review_asked_by"), "staff", ["review_asked_by"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("rule_versions") as rule_versions:
        rule_versions.drop_constraint(op.f("fk_rule_versions_review_asked_by"), type_="foreignkey")
        rule_versions.alter_column("service_id", existing_type=sa.Integer(), nullable=False)
        rule_versions.drop_column("kind")
        rule_versions.drop_column("strength")
        rule_versions.drop_column("starts_on")
        rule_versions.drop_column("ends_on")
        rule_versions.drop_column("publish_at")
        rule_versions.drop_column("review_asked_at")
        rule_versions.drop_column("review_asked_by")
    for table in (
        "rule_examples",
        "rule_checks",
    ):
        op.drop_table(table)
