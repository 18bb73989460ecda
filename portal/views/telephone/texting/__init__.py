"""A text that comes in, and what we answer by ourselves."""
