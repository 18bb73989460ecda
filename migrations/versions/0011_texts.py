"""Texts: templates, senders, consent."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "senders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("provider_stops", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.String(), nullable=False),
        sa.Column("quiet_until", sa.String(), nullable=False),
        sa.Column("quiet_days", sa.Boolean(), nullable=False),
        sa.Column("most_hour", sa.Integer(), nullable=False),
        sa.Column("most_day", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_senders_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_senders")),
        sa.UniqueConstraint("number", name=op.f("uq_senders_number")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_alerts_organization_id")
        ),
        sa.ForeignKeyConstraint(["seen_by_id"], ["staff.id"], name=op.f("fk_alerts_seen_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("key", name=op.f("uq_alerts_key")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identifier_id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["identifier_id"], ["identifiers.id"], name=op.f("fk_consents_identifier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("identifier_id", "sender", name=op.f("uq_consents_identifier_id_sender")),
    )
    op.execute(
        "INSERT INTO consents (identifier_id, sender, stopped, evidence, at) "
        "SELECT id, '', TRUE, 'word', opted_out_at FROM identifiers WHERE opted_out_at IS NOT NULL"
    )
    op.drop_column("identifiers", "opted_out_at")
    op.add_column("identifiers", sa.Column("text_error", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_templates_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
        sa.UniqueConstraint("organization_id", "slug", name=op.f("uq_templates_organization_id_slug")),
    )
    op.add_column("messages", sa.Column("purpose", sa.String(), nullable=False, server_default="reply"))
    op.add_column("messages", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("messages", sa.Column("check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("messages", sa.Column("checks", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_messages_unfinished",
        "messages",
        ["state", "at"],
        sqlite_where=sa.text("state IN ('waiting', 'sending', 'unknown')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending', 'unknown')"),
    )
    op.create_index(
        "ix_messages_check",
        "messages",
        ["check_at"],
        sqlite_where=sa.text("check_at IS NOT NULL"),
        postgresql_where=sa.text("check_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_messages_check", "messages")
    op.drop_index("ix_messages_unfinished", "messages")
    for name in ("checks", "check_at", "held_until", "purpose"):
        op.drop_column("messages", name)
    op.drop_table("templates")
    op.drop_column("identifiers", "text_error")
    op.add_column("identifiers", sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE identifiers SET opted_out_at = (SELECT MAX(at) FROM consents "
        "WHERE identifier_id = identifiers.id AND stopped)"
    )
    op.drop_table("consents")
    op.drop_table("alerts")
    op.drop_table("senders")
