"""E-mail and attachments."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_attachments_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index("ix_attachments_message_id", "attachments", ["message_id"])
    _create_envelopes()
    _create_incoming_letters()
    _create_mailboxes()
    with op.batch_alter_table("letters") as letters:
        letters.add_column(sa.Column("reply_to", sa.String(), nullable=False, server_default=""))
        letters.add_column(sa.Column("in_reply_to", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("identifiers") as identifiers:
        identifiers.add_column(sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))


def _create_envelopes() -> None:
    op.create_table(
        "envelopes",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("header_id", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("quoted", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("other_address", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_envelopes_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_envelopes")),
    )
    op.create_index("ix_envelopes_header_id", "envelopes", ["header_id"])


def _create_incoming_letters() -> None:
    op.create_table(
        "incoming_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_incoming_letters_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_letters")),
        sa.UniqueConstraint("key", name=op.f("uq_incoming_letters_key")),
    )
    op.create_index("ix_incoming_letters_state", "incoming_letters", ["state", "id"])
    op.create_index("ix_incoming_letters_message_id", "incoming_letters", ["message_id"])


def _create_mailboxes() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=True),
        sa.Column("plus", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_mailboxes_organization_id")
        ),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name=op.f("fk_mailboxes_queue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailboxes")),
        sa.UniqueConstraint("address", name=op.f("uq_mailboxes_address")),
    )
    op.create_index("ix_mailboxes_organization_id", "mailboxes", ["organization_id"])
    op.create_table(
        "mail_folders",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_folders")),
    )


def downgrade() -> None:
    with op.batch_alter_table("identifiers") as identifiers:
        identifiers.drop_column("returned_at")
    with op.batch_alter_table("letters") as letters:
        letters.drop_column("reply_to")
        letters.drop_column("in_reply_to")
    for table in ("mail_folders", "mailboxes", "incoming_letters", "envelopes", "attachments"):
        op.drop_table(table)
