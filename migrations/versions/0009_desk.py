"""Skills, presence, places in line and offers."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "queue_agents",
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name=op.f("fk_queue_agents_queue_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_queue_agents_staff_id")),
        sa.PrimaryKeyConstraint("queue_id", "staff_id", name=op.f("pk_queue_agents")),
    )
    op.create_index("ix_queue_agents_staff_id", "queue_agents", ["staff_id"])
    op.create_table(
        "skills",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_skills_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "name", name=op.f("pk_skills")),
    )
    op.create_table(
        "presences",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_presences_contact_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_presences_organization_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_presences_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_presences")),
    )
    op.create_index("ix_presences_state", "presences", ["organization_id", "state"])
    op.create_table(
        "places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("only_staff_id", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_s", sa.Integer(), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_rank", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_places_contact_id")),
        sa.ForeignKeyConstraint(["only_staff_id"], ["staff.id"], name=op.f("fk_places_only_staff_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_places_organization_id")
        ),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name=op.f("fk_places_queue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_places_contact_id")),
    )
    op.create_index("ix_places_line", "places", ["organization_id", "state", "queue_id", "priority", "since"])
    op.create_index("ix_places_ended", "places", ["queue_id", "state", "ended_at"])
    op.create_table(
        "offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("live_contact_id", sa.Integer(), nullable=True),
        sa.Column("live_staff_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_offers_contact_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_offers_place_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_offers_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("live_contact_id", name=op.f("uq_offers_live_contact_id")),
        sa.UniqueConstraint("live_staff_id", name=op.f("uq_offers_live_staff_id")),
    )
    op.create_index("ix_offers_contact_id", "offers", ["contact_id"])
    op.create_index("ix_offers_place_id", "offers", ["place_id"])
    op.create_index("ix_offers_staff_id", "offers", ["staff_id"])
    op.add_column("queues", sa.Column("callback_after_s", sa.Integer(), nullable=False, server_default="120"))
    op.add_column("queues", sa.Column("ring_s", sa.Integer(), nullable=False, server_default="20"))
    op.add_column("queues", sa.Column("wrap_up_s", sa.Integer(), nullable=False, server_default="60"))
    op.add_column("queues", sa.Column("handling_s", sa.Integer(), nullable=False, server_default="300"))
    op.add_column("queues", sa.Column("long_wait_s", sa.Integer(), nullable=False, server_default="600"))
    op.add_column("queues", sa.Column("waive_s", sa.Integer(), nullable=False, server_default="180"))


def downgrade() -> None:
    op.drop_column("queues", "waive_s")
    op.drop_column("queues", "long_wait_s")
    op.drop_column("queues", "handling_s")
    op.drop_column("queues", "wrap_up_s")
    op.drop_column("queues", "ring_s")
    op.drop_column("queues", "callback_after_s")
    op.drop_table("offers")
    op.drop_table("places")
    op.drop_table("presences")
    op.drop_table("skills")
    op.drop_table("queue_agents")
