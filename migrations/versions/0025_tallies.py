"""What was counted each day, for reports and wallboards."""

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Nothing yet."""
