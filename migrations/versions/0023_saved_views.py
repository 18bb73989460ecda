"""Views saved and shared, and words kept while they are typed."""

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Nothing yet."""
