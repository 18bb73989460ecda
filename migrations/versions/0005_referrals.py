"""Referral rules and referrals."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "referral_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_referral_rules_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_rules")),
        sa.UniqueConstraint("slug", name=op.f("uq_referral_rules_slug")),
    )
    op.create_index(
        op.f("ix_referral_rules_organization_id"), "referral_rules", ["organization_id"], unique=False
    )
    op.create_table(
        "rule_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("explanations", sa.JSON(), nullable=False),
        sa.Column("agent_note", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_rule_versions_created_by")),
        sa.ForeignKeyConstraint(["published_by"], ["staff.id"], name=op.f("fk_rule_versions_published_by")),
        sa.ForeignKeyConstraint(["rule_id"], ["referral_rules.id"], name=op.f("fk_rule_versions_rule_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_rule_versions_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_versions")),
        sa.UniqueConstraint("rule_id", "number", name=op.f("uq_rule_versions_rule_id_number")),
    )
    op.create_index("ix_rule_versions_state", "rule_versions", ["state", "position"], unique=False)
    op.create_table(
        "referrals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("rule_version_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.id"], name=op.f("fk_referrals_citizen_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_referrals_contact_id")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_referrals_created_by")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_referrals_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["rule_version_id"], ["rule_versions.id"], name=op.f("fk_referrals_rule_version_id")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_referrals_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_index(op.f("ix_referrals_citizen_id"), "referrals", ["citizen_id"], unique=False)
    op.create_index(op.f("ix_referrals_contact_id"), "referrals", ["contact_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_referrals_contact_id"), table_name="referrals")
    op.drop_index(op.f("ix_referrals_citizen_id"), table_name="referrals")
    op.drop_table("referrals")
    op.drop_index("ix_rule_versions_state", table_name="rule_versions")
    op.drop_table("rule_versions")
    op.drop_index(op.f("ix_referral_rules_organization_id"), table_name="referral_rules")
    op.drop_table("referral_rules")
