"""Notes added to a contact; messages on the answering machine that wait; calls that ended in the menu are over."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

VOICEMAIL_WAITS = sa.text(
    "channel = 'phone' AND state IN ('open', 'waiting') AND last_message_at IS NOT NULL"
)
ONLY_HEARD_THE_MENU = """
UPDATE contacts SET state = 'wrapped_up', wrapped_up_at = ended_at, disposition = CASE
    WHEN EXISTS (SELECT 1 FROM consulted_articles WHERE contact_id = contacts.id) THEN 'self_served'
    WHEN EXISTS (SELECT 1 FROM messages WHERE contact_id = contacts.id AND direction = 'out' AND purpose = 'answer'
        AND state <> 'failed') THEN 'self_served'
    ELSE 'abandoned' END
WHERE channel = 'phone' AND direction = 'in' AND state = 'open' AND ended_at IS NOT NULL
    AND queue_id IS NULL AND answered_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM messages WHERE contact_id = contacts.id AND direction = 'in')
"""


def upgrade() -> None:
    op.create_table(
        "contact_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_contact_notes_author_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_contact_notes_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_notes")),
        sa.UniqueConstraint("form_key", name=op.f("uq_contact_notes_form_key")),
    )
    with op.batch_alter_table("contact_notes") as notes:
        notes.create_index(notes.f("ix_contact_notes_contact_id"), ["contact_id"], unique=False)
    with op.batch_alter_table("tallies") as tallies:
        for name in ("left_menu", "voicemails"):
            tallies.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.execute(ONLY_HEARD_THE_MENU)
    op.create_index(
        "ix_contacts_voicemails",
        "contacts",
        ["organization_id", "queue_id"],
        sqlite_where=VOICEMAIL_WAITS,
        postgresql_where=VOICEMAIL_WAITS,
    )
