"""The life of a referral, and the partners it goes to."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    _create_partners()
    _create_referral_links()
    _create_referral_messages()
    _extend_referrals()


def _create_partners() -> None:
    op.create_table(
        "partners",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("webhook_url", sa.String(), nullable=False),
        sa.Column("webhook_secret", sa.String(), nullable=False),
        sa.Column("token_digest", sa.String(), nullable=True),
        sa.Column("remind_first", sa.Integer(), nullable=False),
        sa.Column("remind_second", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_partners_organization_id")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_partners")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_partners_token_digest")),
    )


def _create_referral_links() -> None:
    op.create_table(
        "referral_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sent_to", sa.String(), nullable=False),
        sa.Column("reminder", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referral_links_referral_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_referral_links_digest")),
    )
    with op.batch_alter_table("referral_links") as referral_links:
        referral_links.create_index(
            referral_links.f("ix_referral_links_referral_id"), ["referral_id"], unique=False
        )


def _create_referral_messages() -> None:
    op.create_table(
        "referral_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("to_citizen", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_referral_messages_author_id")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referral_messages_referral_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_messages")),
        sa.UniqueConstraint("form_key", name=op.f("uq_referral_messages_form_key")),
    )
    with op.batch_alter_table("referral_messages") as referral_messages:
        referral_messages.create_index(
            referral_messages.f("ix_referral_messages_referral_id"), ["referral_id"], unique=False
        )


def _extend_referrals() -> None:
    with op.batch_alter_table("referrals") as referrals:
        referrals.add_column(sa.Column("way", sa.String(), nullable=False, server_default="told"))
        referrals.add_column(sa.Column("case_id", sa.Integer(), nullable=True))
        referrals.add_column(sa.Column("former_id", sa.Integer(), nullable=True))
        referrals.add_column(sa.Column("shared", sa.JSON(), nullable=False, server_default="{}"))
        referrals.add_column(sa.Column("nature", sa.String(), nullable=False, server_default="information"))
        referrals.add_column(sa.Column("receiver", sa.String(), nullable=False, server_default=""))
        referrals.add_column(sa.Column("redirect_to_id", sa.Integer(), nullable=True))
        referrals.add_column(sa.Column("ping_pong", sa.Boolean(), nullable=False, server_default=sa.false()))
        referrals.add_column(sa.Column("refusal", sa.String(), nullable=False, server_default=""))
        referrals.add_column(sa.Column("note", sa.String(), nullable=False, server_default=""))
        referrals.add_column(sa.Column("first_received_at", sa.DateTime(timezone=True), nullable=True))
        referrals.add_column(sa.Column("competent_received_at", sa.DateTime(timezone=True), nullable=True))
        referrals.add_column(sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
        referrals.add_column(sa.Column("received_at", sa.DateTime(timezone=True), nullable=True))
        referrals.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        referrals.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        referrals.add_column(sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
        referrals.add_column(sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"))
        referrals.add_column(sa.Column("outcome_asked", sa.Integer(), nullable=False, server_default="0"))
        referrals.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        referrals.create_index(referrals.f("ix_referrals_case_id"), ["case_id"], unique=False)
        referrals.create_index(referrals.f("ix_referrals_remind_at"), ["remind_at"], unique=False)
        referrals.create_index(referrals.f("ix_referrals_state"), ["state"], unique=False)
        referrals.create_foreign_key(referrals.f("fk_referrals_case_id"), "cases", ["case_id"], ["id"])
        referrals.create_foreign_key(
            referrals.f("fk_referrals_former_id"), "referrals", ["former_id"], ["id"]
        )
        referrals.create_foreign_key(
            referrals.f("fk_referrals_redirect_to_id"), "services", ["redirect_to_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("referrals") as referrals:
        referrals.drop_constraint(op.f("fk_referrals_case_id"), type_="foreignkey")
        referrals.drop_constraint(op.f("fk_referrals_former_id"), type_="foreignkey")
        referrals.drop_constraint(op.f("fk_referrals_redirect_to_id"), type_="foreignkey")
        referrals.drop_index("ix_referrals_case_id")
        referrals.drop_index("ix_referrals_remind_at")
        referrals.drop_index("ix_referrals_state")
        referrals.drop_column("way")
        referrals.drop_column("case_id")
        referrals.drop_column("former_id")
        referrals.drop_column("shared")
        referrals.drop_column("nature")
        referrals.drop_column("receiver")
        referrals.drop_column("redirect_to_id")
        referrals.drop_column("ping_pong")
        referrals.drop_column("refusal")
        referrals.drop_column("note")
        referrals.drop_column("first_received_at")
        referrals.drop_column("competent_received_at")
        referrals.drop_column("sent_at")
        referrals.drop_column("received_at")
        referrals.drop_column("answered_at")
        referrals.drop_column("closed_at")
        referrals.drop_column("remind_at")
        referrals.drop_column("outcome_asked")
        referrals.drop_column("reminders")
        referrals.drop_column("version")
    for table in (
        "referral_messages",
        "referral_links",
        "partners",
    ):
        op.drop_table(table)
