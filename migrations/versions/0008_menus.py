"""Menus with versions; what a line says in an emergency, and its relay for deaf people."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "menu_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tree", sa.JSON(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_menu_versions_line_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff.id"], name=op.f("fk_menu_versions_made_by_id")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["staff.id"], name=op.f("fk_menu_versions_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_versions")),
        sa.UniqueConstraint("line_id", "number", name=op.f("uq_menu_versions_line_id_number")),
    )
    op.create_table(
        "menu_trials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("call_ref", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_menu_trials_line_id")),
        sa.ForeignKeyConstraint(["version_id"], ["menu_versions.id"], name=op.f("fk_menu_trials_version_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_menu_trials_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_trials")),
        sa.UniqueConstraint("line_id", "phone", name=op.f("uq_menu_trials_line_id_phone")),
    )
    op.add_column("lines", sa.Column("emergency", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("lines", sa.Column("relay_url", sa.String(), nullable=False, server_default=""))
    op.add_column("lines", sa.Column("relay_schedule", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column(
        "lines", sa.Column("records_calls", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "lines", sa.Column("takes_messages", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    _publish_the_choices()
    op.drop_table("menu_choices")


def _publish_the_choices() -> None:
    """Each line's choices become the tree that its callers hear: the same keys, the same words, the same queues."""
    columns = {
        "menu_choices": ("line_id", "key", "position", "says", "topic_id", "queue_id"),
        "queues": ("id", "slug"),
        "topics": ("id", "slug"),
    }
    old, queues, topics = (
        sa.table(name, *(sa.column(c, sa.JSON() if c == "says" else None) for c in names))
        for name, names in columns.items()
    )
    query = (
        sa.select(old, queues.c.slug.label("queue"), topics.c.slug.label("topic"))
        .join(queues, queues.c.id == old.c.queue_id)
        .outerjoin(topics, topics.c.id == old.c.topic_id)
        .order_by(old.c.line_id, old.c.position)
    )
    trees: dict[int, dict] = {}
    for row in op.get_bind().execute(query):
        tree = trees.setdefault(row.line_id, {"do": "choose", "says": {}, "choices": []})
        then = {"do": "queue", "queue": row.queue, "topic": row.topic or "", "says": {}}
        tree["choices"].append({"key": row.key, "words": {}, "label": row.says, "then": then})
    now = datetime.now(UTC)
    versions = sa.table(
        "menu_versions",
        *(sa.column(name) for name in ("line_id", "number", "state", "version")),
        sa.column("tree", sa.JSON()),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("created_at", "published_at")),
    )
    once = {"number": 1, "state": "published", "version": 1, "created_at": now, "published_at": now}
    op.bulk_insert(versions, [{"line_id": line, "tree": tree, **once} for line, tree in trees.items()])


def downgrade() -> None:
    op.create_table(
        "menu_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("says", sa.JSON(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_menu_choices_line_id")),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name=op.f("fk_menu_choices_queue_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_menu_choices_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_choices")),
        sa.UniqueConstraint("line_id", "key", name=op.f("uq_menu_choices_line_id_key")),
    )
    op.drop_column("lines", "takes_messages")
    op.drop_column("lines", "records_calls")
    op.drop_column("lines", "relay_schedule")
    op.drop_column("lines", "relay_url")
    op.drop_column("lines", "emergency")
    op.drop_table("menu_trials")
    op.drop_table("menu_versions")
