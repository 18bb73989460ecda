"""What is due and what is old is found by small indexes, however much was done."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

INDEXES = (
    ("ix_jobs_waiting", "jobs", ["not_before", "id"], "state = 'waiting'"),
    ("ix_jobs_leased", "jobs", ["lease_until"], "state = 'leased'"),
    ("ix_jobs_quarantined", "jobs", ["id"], "state = 'quarantined'"),
    ("ix_jobs_done", "jobs", ["done_at"], "state = 'done'"),
    ("ix_network_events_received", "network_events", ["received_at"], ""),
    ("ix_spendings_since", "spendings", ["since"], ""),
)


def upgrade() -> None:
    """Telephones and workers write in these tables meanwhile: PostgreSQL builds beside them. What was cut short there
    is no index, and is built anew."""
    concurrently = op.get_bind().dialect.name == "postgresql"
    beside = {"postgresql_concurrently": True} if concurrently else {}
    with op.get_context().autocommit_block() if concurrently else nullcontext():
        for name, table, columns, where in INDEXES:
            some: dict[str, Any] = (
                {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
            )
            op.drop_index(name, table_name=table, if_exists=True, **beside)
            op.create_index(name, table, columns, **some, **beside)
        op.drop_index("ix_jobs_due", table_name="jobs", if_exists=True, **beside)
