"""Files of one person read together, the doubles proposed, and who speaks for whom."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    _change_citizens()
    _create_merges()
    _create_duplicates()
    _create_relations()


def _change_citizens() -> None:
    with op.batch_alter_table("citizens") as table:
        table.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        table.create_index(table.f("ix_citizens_person_id"), ["person_id"], unique=False)
        table.create_foreign_key(table.f("fk_citizens_person_id"), "citizens", ["person_id"], ["id"])


def _create_merges() -> None:
    op.create_table(
        "merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_id", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["absorbed_id"], ["citizens.id"], name=op.f("fk_merges_absorbed_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_merges_by_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["citizens.id"], name=op.f("fk_merges_kept_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["staff.id"], name=op.f("fk_merges_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
        sa.UniqueConstraint("form_key", name=op.f("uq_merges_form_key")),
    )
    with op.batch_alter_table("merges") as table:
        table.create_index(table.f("ix_merges_absorbed_id"), ["absorbed_id"], unique=False)
        table.create_index(table.f("ix_merges_kept_id"), ["kept_id"], unique=False)


def _create_duplicates() -> None:
    op.create_table(
        "duplicates",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.id"], name=op.f("fk_duplicates_citizen_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_duplicates_decided_by")),
        sa.ForeignKeyConstraint(["other_id"], ["citizens.id"], name=op.f("fk_duplicates_other_id")),
        sa.PrimaryKeyConstraint("citizen_id", "other_id", name=op.f("pk_duplicates")),
    )
    with op.batch_alter_table("duplicates") as table:
        table.create_index(table.f("ix_duplicates_other_id"), ["other_id"], unique=False)
        table.create_index("ix_duplicates_state", ["state", "score"], unique=False)


def _create_relations() -> None:
    op.create_table(
        "relations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.id"], name=op.f("fk_relations_citizen_id")),
        sa.ForeignKeyConstraint(["other_id"], ["citizens.id"], name=op.f("fk_relations_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relations")),
    )
    with op.batch_alter_table("relations") as table:
        table.create_index(table.f("ix_relations_citizen_id"), ["citizen_id"], unique=False)
        table.create_index(table.f("ix_relations_other_id"), ["other_id"], unique=False)
