"""The doors of the worker: one file per kind of job. Each step ends in its commit.

A handler is called with its job already leased and committed. It may be begun twice, by a worker that took over
from one that died; it ends with `jobs.finish(job)` and a commit.
"""

from __future__ import annotations

from collections.abc import Callable

from portal.jobs import Job

KINDS: dict[str, Callable[[Job], None]] = {}
