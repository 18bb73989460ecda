"""Codes by which a call brings what was read and typed."""

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Nothing yet."""
