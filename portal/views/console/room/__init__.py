"""The supervisor’s room: the wallboard, the next hours, reports and their files."""
