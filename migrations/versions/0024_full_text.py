"""The words of contacts, cases and citizens, to be searched."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0024"
down_revision = "0023"

ADD = "INSERT INTO record_words (rowid, words) VALUES (new.id, new.words)"
REMOVE = "INSERT INTO record_words (record_words, rowid, words) VALUES ('delete', old.id, old.words)"

# The words are already folded and apart: letters, digits and `_`, in any script. `detail=none`: which records say a
# word, not where. The deletion of an entry asks for what it held, which `records` keeps.
SQLITE = (
    "CREATE VIRTUAL TABLE record_words USING fts5(words, content='records', content_rowid='id', "
    "detail=none, columnsize=0, tokenize=\"ascii tokenchars '_'\")",
    f"CREATE TRIGGER records_added AFTER INSERT ON records BEGIN {ADD}; END",
    f"CREATE TRIGGER records_removed AFTER DELETE ON records BEGIN {REMOVE}; END",
    f"CREATE TRIGGER records_changed AFTER UPDATE ON records BEGIN {REMOVE}; {ADD}; END",
)


def upgrade() -> None:
    _create_records()
    _create_seen_words()
    _create_lookups()
    op.create_table(
        "record_marks",
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("holes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("log", name=op.f("pk_record_marks")),
    )


def _create_records() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # each record enters the index at once: a list of those to come would be read through by every search
        op.create_index(
            "ix_records_words",
            "records",
            ["words"],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
        return
    for statement in SQLITE:
        op.execute(statement)


def _create_seen_words() -> None:
    exact = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "seen_words",
        sa.Column("organization_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("word", exact, nullable=False),
        sa.Column("backwards", exact, nullable=False),
        sa.Column("written", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "word", name=op.f("pk_seen_words")),
    )
    op.create_index("ix_seen_words_backwards", "seen_words", ["organization_id", "backwards"], unique=False)


def _create_lookups() -> None:
    op.create_table(
        "lookups",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_lookups_staff_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lookups")),
    )
    op.create_index(op.f("ix_lookups_at"), "lookups", ["at"], unique=False)
