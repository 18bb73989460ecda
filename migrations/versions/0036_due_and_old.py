"""What is due and what is old is found by small indexes, however much was done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    """Telephones and workers write in these tables meanwhile: PostgreSQL builds beside them."""
    if op.get_bind().dialect.name == "postgresql":
        with op.get_context().autocommit_block(), waiting_for_others():
            _change(postgresql_concurrently=True)
    else:
        _change()


@contextmanager
def waiting_for_others() -> Iterator[None]:
    """What is built beside others waits until each of their transactions has ended, and nobody waits for it: here the
    wait for a lock may be long."""
    op.execute("SET lock_timeout = 0")
    try:
        yield
    finally:
        op.execute("RESET lock_timeout")


def _change(**beside: bool) -> None:
    """What an earlier try finished stays; what was cut short in it is no index, and is built anew."""
    for name, table, columns, where in INDEXES:
        if beside and _is_valid(name):
            continue
        some: dict[str, Any] = (
            {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
        )
        op.drop_index(name, table_name=table, if_exists=True, **beside)
        op.create_index(name, table, columns, **some, **beside)
    op.drop_index("ix_jobs_due", table_name="jobs", if_exists=True, **beside)


def _is_valid(name: str) -> bool:
    query = sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    return bool(op.get_bind().scalar(query, {"name": name}))
