"""The words of contacts, cases and citizens, to be searched."""

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Nothing yet."""
