"""Cases with a nature, an owner and clocks; their notes, questions, checklists and deeds."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    _change_cases()
    _change_promises()
    _create_tags()
    _create_case_tags()
    _create_clocks()
    _create_service_levels()
    _create_checks()
    _create_case_links()
    _create_questions()
    _create_notes()
    _create_deeds()


def _change_cases() -> None:
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("team_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("nature", sa.String(), nullable=False, server_default="information"))
        table.add_column(sa.Column("priority", sa.String(), nullable=False, server_default="normal"))
        table.add_column(sa.Column("waits_for", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("outcome", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        table.create_index(table.f("ix_cases_merged_into_id"), ["merged_into_id"], unique=False)
        table.create_index("ix_cases_owner", ["owner_id", "state"], unique=False)
        table.create_index("ix_cases_state", ["organization_id", "state", "id"], unique=False)
        table.create_index(table.f("ix_cases_team_id"), ["team_id"], unique=False)
        table.create_foreign_key(table.f("fk_cases_team_id"), "teams", ["team_id"], ["id"])
        table.create_foreign_key(table.f("fk_cases_owner_id"), "staff", ["owner_id"], ["id"])
        table.create_foreign_key(table.f("fk_cases_merged_into_id"), "cases", ["merged_into_id"], ["id"])
        table.drop_column("answer_due_at")


def _change_promises() -> None:
    with op.batch_alter_table("promises") as table:
        table.add_column(sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("given_up_why", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
        table.create_index(
            "ix_promises_to_keep",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("kept_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=sa.text("kept_at IS NULL AND given_up_at IS NULL"),
        )


def _create_tags() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_tags_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_tags_organization_id_name")),
    )


def _create_case_tags() -> None:
    op.create_table(
        "case_tags",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_tags_case_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_case_tags_tag_id")),
        sa.PrimaryKeyConstraint("case_id", "tag_id", name=op.f("pk_case_tags")),
    )
    with op.batch_alter_table("case_tags") as table:
        table.create_index(table.f("ix_case_tags_tag_id"), ["tag_id"], unique=False)


def _create_clocks() -> None:
    op.create_table(
        "clocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_why", sa.String(), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_clocks_case_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_clocks_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clocks")),
        sa.UniqueConstraint("case_id", "kind", name=op.f("uq_clocks_case_id_kind")),
    )
    with op.batch_alter_table("clocks") as table:
        table.create_index(
            "ix_clocks_due",
            ["organization_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )


def _create_service_levels() -> None:
    op.create_table(
        "service_levels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("first_answer_days", sa.Integer(), nullable=False),
        sa.Column("resolution_days", sa.Integer(), nullable=False),
        sa.Column("warn_days", sa.Integer(), nullable=False),
        sa.Column("escalate_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_service_levels_organization_id")
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_service_levels_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_levels")),
        sa.UniqueConstraint(
            "organization_id",
            "nature",
            "topic_id",
            "priority",
            name=op.f("uq_service_levels_organization_id_nature_topic_id_priority"),
        ),
    )


def _create_checks() -> None:
    op.create_table(
        "checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_checks_case_id")),
        sa.ForeignKeyConstraint(["done_by"], ["staff.id"], name=op.f("fk_checks_done_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
    )
    with op.batch_alter_table("checks") as table:
        table.create_index(table.f("ix_checks_case_id"), ["case_id"], unique=False)


def _create_case_links() -> None:
    op.create_table(
        "case_links",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_links_case_id")),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"], name=op.f("fk_case_links_other_id")),
        sa.PrimaryKeyConstraint("case_id", "other_id", name=op.f("pk_case_links")),
    )
    with op.batch_alter_table("case_links") as table:
        table.create_index(table.f("ix_case_links_other_id"), ["other_id"], unique=False)


def _create_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_questions_case_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_questions_contact_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_questions_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    with op.batch_alter_table("questions") as table:
        table.create_index(table.f("ix_questions_case_id"), ["case_id"], unique=False)
        table.create_index(table.f("ix_questions_contact_id"), ["contact_id"], unique=False)


def _create_notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_notes_author_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notes_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("form_key", name=op.f("uq_notes_form_key")),
    )
    with op.batch_alter_table("notes") as table:
        table.create_index(table.f("ix_notes_case_id"), ["case_id"], unique=False)


def _create_deeds() -> None:
    op.create_table(
        "deeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_deeds_by_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_deeds_organization_id")
        ),
        sa.ForeignKeyConstraint(["undone_by"], ["staff.id"], name=op.f("fk_deeds_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deeds")),
        sa.UniqueConstraint("form_key", name=op.f("uq_deeds_form_key")),
    )
    with op.batch_alter_table("deeds") as table:
        table.create_index(table.f("ix_deeds_organization_id"), ["organization_id"], unique=False)
