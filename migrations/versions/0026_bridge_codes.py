"""Codes by which a call brings what was read and typed."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "bridge_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("read", sa.JSON(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_bridge_codes_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bridge_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_bridge_codes_code_hash")),
    )
    with op.batch_alter_table("bridge_codes") as codes:
        codes.create_index(codes.f("ix_bridge_codes_contact_id"), ["contact_id"], unique=False)
        codes.create_index("ix_bridge_codes_expires", ["expires_at"], unique=False)
