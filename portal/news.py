"""News: who has something new to look at. Told in the business transaction, heard by the portals once it commits.

An audience is `staff:7` (one agent's console) or `desk:3` (an organization's desks). On PostgreSQL news travels by
NOTIFY and leaves no row; SQLite counts it in a table, which each portal reads again when the file has changed.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.database import Base, db, insert

CHANNEL = "relais_news"


class News(Base):
    """How many times an audience had news (SQLite)."""

    __tablename__ = "news"

    audience: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=1)


def tell(*audiences: str, session: Session | None = None) -> None:
    """These audiences have something new to see once this transaction commits. Told twice, it is heard once."""
    writing = session or db.session
    if db.engine.dialect.name == "postgresql":
        writing.execute(
            text("SELECT pg_notify(:channel, :audiences)"),
            {"channel": CHANNEL, "audiences": " ".join(sorted(set(audiences)))},
        )
        return
    table = News.__table__
    for audience in sorted(set(audiences)):
        statement = insert(table).values(audience=audience, count=1)
        writing.execute(
            statement.on_conflict_do_update(index_elements=["audience"], set_={"count": table.c.count + 1})
        )
