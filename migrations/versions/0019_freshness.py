"""Owners asked whether what is published of them is true, and the corrections they propose."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    _create_requests()
    _create_corrections()


def _create_requests() -> None:
    op.create_table(
        "confirmation_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("sent_to", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_confirmation_requests_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation_requests")),
    )
    with op.batch_alter_table("confirmation_requests") as requests:
        requests.create_index(
            requests.f("ix_confirmation_requests_organization_id"), ["organization_id"], unique=False
        )
        requests.create_index("ix_confirmation_requests_state", ["state", "sent_at"], unique=False)


def _create_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_corrections_service_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["confirmation_requests.id"], name=op.f("fk_corrections_request_id")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_corrections_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    with op.batch_alter_table("corrections") as corrections:
        corrections.create_index(corrections.f("ix_corrections_service_id"), ["service_id"], unique=False)
        corrections.create_index(corrections.f("ix_corrections_request_id"), ["request_id"], unique=False)
        corrections.create_index("ix_corrections_state", ["state", "id"], unique=False)


def downgrade() -> None:
    for table in ("corrections", "confirmation_requests"):
        op.drop_table(table)
