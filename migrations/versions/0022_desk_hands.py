"""Answers prepared by meaning, macros, and who else is here."""

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Nothing yet."""
