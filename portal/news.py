"""News: who has something new to look at. Told in the business transaction, heard by the portals once it commits.

An audience is `staff:7` (one agent's console), `desk:3` (an organization's desks) or `network` (all consoles: the
telephone network is away, or back). On PostgreSQL news travels by NOTIFY and leaves no row; SQLite counts it in a
table. `newsroom` hears both.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.database import Base, db, insert

CHANNEL = "relais_news"
TOLD = "news"

# The transaction's instant orders news for every portal alike, wherever its clock stands.
_NOTIFY = text(
    "SELECT pg_notify(:channel, (extract(epoch FROM now()) * 1000000)::bigint || ' ' || :audiences)"
)


class News(Base):
    """How many times an audience had news (SQLite)."""

    __tablename__ = "news"

    audience: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=1)


def tell(*audiences: str, session: Session | None = None) -> None:
    """These audiences have something new to see once this transaction commits. Told twice, it is heard once."""
    telling: Session = session or db.session()
    if not telling.in_transaction():
        telling.begin()  # what is told belongs to a transaction, and is forgotten with it
    telling.info.setdefault(TOLD, set()).update(audiences)


@event.listens_for(Session, "before_commit")
def _send(session: Session) -> None:
    """All that was told, in one statement at the end: a row of `news` is held for no longer than the commit."""
    audiences = session.info.pop(TOLD, None)
    if not audiences:
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_NOTIFY, {"channel": CHANNEL, "audiences": " ".join(sorted(audiences))})
        return
    table = News.__table__
    statement = insert(table).values([{"audience": one, "count": 1} for one in sorted(audiences)])
    session.execute(
        statement.on_conflict_do_update(index_elements=["audience"], set_={"count": table.c.count + 1})
    )


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: Any) -> None:
    """What was not done is not told. Undone to a savepoint only, it is: hearing of nothing new does no harm."""
    if not ended.nested:
        session.info.pop(TOLD, None)
