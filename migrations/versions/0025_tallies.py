"""What was counted each day, for reports and wallboards."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

PLACE = ("organization_id", "day")


def upgrade() -> None:
    _create_tallies()
    _create_call_tallies()
    _create_referral_tallies()
    _create_days_to_count()
    _create_followings()
    _create_exports()
    _change_opinions()
    _index_contacts()


def _numbers(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _of_organization(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id"], ["organizations.id"], name=op.f(f"fk_{table}_organization_id")
    )


def _create_tallies() -> None:
    op.create_table(
        "tallies",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("queue_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("topic_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        *_numbers("contacts", "needed", "handled", "by_menu", "concluded", "one_visit"),
        *_numbers("known", "again", "firsts", "settled"),
        _of_organization("tallies"),
        sa.PrimaryKeyConstraint(
            *PLACE, "queue_id", "channel", "topic_id", "commune", name=op.f("pk_tallies")
        ),
    )


def _create_call_tallies() -> None:
    op.create_table(
        "call_tallies",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queue_id", sa.Integer(), autoincrement=False, nullable=False),
        *_numbers("stood", "answered", "within_20", "within_60", "gave_up", "called_back"),
        *_numbers("waited_s", "endured_s", "spoken", "spoken_s"),
        _of_organization("call_tallies"),
        sa.PrimaryKeyConstraint("organization_id", "at", "queue_id", name=op.f("pk_call_tallies")),
    )


def _create_referral_tallies() -> None:
    op.create_table(
        "referral_tallies",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *_numbers("referrals"),
        _of_organization("referral_tallies"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_referral_tallies_service_id")),
        sa.PrimaryKeyConstraint(*PLACE, "service_id", "state", name=op.f("pk_referral_tallies")),
    )


def _create_days_to_count() -> None:
    op.create_table(
        "days_to_count",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        _of_organization("days_to_count"),
        sa.PrimaryKeyConstraint(*PLACE, name=op.f("pk_days_to_count")),
    )
    with op.batch_alter_table("days_to_count") as table:
        table.create_index(table.f("ix_days_to_count_due_at"), ["due_at"], unique=False)


def _create_followings() -> None:
    op.create_table(
        "followings",
        sa.Column("id", sa.Integer(), nullable=False),
        *_numbers("sure_id", "seen_id"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        *_numbers("heard"),
        sa.Column("ripe_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followings")),
    )


def _create_exports() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *_numbers("done", "total", "size"),
        sa.Column("form_key", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _of_organization("exports"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_exports_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("form_key", name=op.f("uq_exports_form_key")),
    )
    with op.batch_alter_table("exports") as table:
        table.create_index("ix_exports_staff", ["staff_id", "id"], unique=False)
        table.create_index(table.f("ix_exports_state"), ["state"], unique=False)


def _change_opinions() -> None:
    with op.batch_alter_table("opinions") as table:
        table.add_column(sa.Column("asked", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_index(table.f("ix_opinions_at"), ["at"], unique=False)
        table.create_index(table.f("ix_opinions_visit"), ["visit"], unique=False)


def _index_contacts() -> None:
    """What was written and waits; calls, whose doors must be quick, are not in it."""
    written = sa.text("state IN ('open', 'waiting') AND channel <> 'phone'")
    columns = ["organization_id", "queue_id", "channel", "started_at"]
    with op.batch_alter_table("contacts") as table:
        table.create_index(
            "ix_contacts_written", columns, unique=False, sqlite_where=written, postgresql_where=written
        )
