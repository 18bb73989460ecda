"""What lists of cases are sorted and narrowed by: last activity, subject as it is looked for. How people are called."""

import sqlalchemy as sa
from alembic import op

from knowledge_base.analysis import fold

revision = "0028"
down_revision = "0027"

A_BATCH = 5_000
ACTIVE = """
UPDATE cases SET active_at = (SELECT max(at) FROM (
    SELECT opened_at AS at
    UNION ALL SELECT max(at) FROM events WHERE subject_type = 'cases' AND subject_id = cases.id
    UNION ALL SELECT max(events.at) FROM contacts JOIN events ON subject_type = 'contacts' AND subject_id = contacts.id
        WHERE contacts.case_id = cases.id
    UNION ALL SELECT max(messages.at) FROM contacts JOIN messages ON messages.contact_id = contacts.id
        WHERE contacts.case_id = cases.id
) AS told)
"""


def upgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        begun = sa.DateTime(timezone=True)
        cases.add_column(sa.Column("active_at", begun, nullable=False, server_default="1970-01-01 00:00:00"))
        cases.add_column(sa.Column("subject_key", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("citizens") as citizens:
        citizens.add_column(sa.Column("called", sa.String(), nullable=False, server_default=""))
    op.execute(ACTIVE)
    _fold_subjects()
    not_closed = sa.text("state != 'closed'")
    partial = {"sqlite_where": not_closed, "postgresql_where": not_closed}
    with op.batch_alter_table("cases") as cases:
        cases.create_index("ix_cases_active", ["organization_id", "active_at", "id"])
        cases.create_index("ix_cases_active_now", ["organization_id", "active_at", "id"], **partial)
        for name in ("nature", "priority", "topic_id"):
            cases.create_index(f"ix_cases_{name}", ["organization_id", name, "id"], **partial)


def _fold_subjects() -> None:
    cases = sa.table("cases", sa.column("id"), sa.column("subject"), sa.column("subject_key"))
    keyed = cases.update().where(cases.c.id == sa.bindparam("case")).values(subject_key=sa.bindparam("key"))
    connection, last = op.get_bind(), 0
    while True:
        query = sa.select(cases.c.id, cases.c.subject).where(cases.c.id > last).order_by(cases.c.id)
        rows = connection.execute(query.limit(A_BATCH)).all()
        if not rows:
            return
        connection.execute(keyed, [{"case": row.id, "key": fold(row.subject)} for row in rows])
        last = rows[-1].id
