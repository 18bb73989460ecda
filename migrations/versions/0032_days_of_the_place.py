"""When what ends on a day is over where it was said; and how the days of reports were counted."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from portal import clock

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    for name in ("flags", "relations"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
        _say_when(name)
    with op.batch_alter_table("followings") as followings:
        followings.add_column(sa.Column("counted_as", sa.Integer(), nullable=False, server_default="0"))
        followings.add_column(sa.Column("zones", sa.JSON(), nullable=False, server_default="{}"))


def _say_when(name: str) -> None:
    """Until now a last day was one of the instance's: nobody kept where it was said."""
    table = sa.table(name, sa.column("ends_on", sa.Date()), sa.column("ends_at", sa.DateTime(timezone=True)))
    connection = op.get_bind()
    ended = sa.select(table.c.ends_on).where(table.c.ends_on.is_not(None)).distinct()
    for day in list(connection.scalars(ended)):
        over = sa.update(table).where(table.c.ends_on == day).values(ends_at=_over_at(day))
        connection.execute(over)


def _over_at(day: date) -> datetime:
    over = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(clock.wall())).astimezone(UTC)
    return over.replace(tzinfo=None) if op.get_bind().dialect.name == "sqlite" else over
