"""A tenth of a national day: `python -m bench day`."""

from bench.webhooks import day as main

__all__ = ["main"]
