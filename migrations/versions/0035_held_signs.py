"""A cry for help that waits is known by its words, which have a no-break space now: it must stay first in line."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

WORDS = "Mots de détresse{}: à rappeler tout de suite"


def upgrade() -> None:
    contacts = sa.table("contacts", sa.column("step", sa.String))
    loose = contacts.c.step == WORDS.format(" ")
    op.execute(contacts.update().where(loose).values(step=WORDS.format("\u00a0")))
