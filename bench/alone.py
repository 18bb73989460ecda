"""What is measured in a process of its own, whose memory is its own too."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

from flask import Flask

from portal import clock
from portal.app import create_app
from portal.config import read_settings
from portal.database import db
from portal.jobs import Job

Told = TypeVar("Told")


@contextmanager
def begun(act: Callable[..., Told], *given: Any) -> Iterator[Future[Told]]:
    """The act, under way in a new process; what it gives is told once it is over."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool.submit(act, *given)


def most_mb() -> float:
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def portal(environ: Mapping[str, str]) -> Flask:
    """The portal of a town, in this process."""
    return create_app(read_settings(environ))


def leased(kind: str, payload: dict[str, Any]) -> Job:
    """A job as a worker has it in hand."""
    job = Job(kind=kind, payload=payload, state="leased", lease_until=clock.now(), attempts=1)
    db.session.add(job)
    db.session.commit()
    return job
