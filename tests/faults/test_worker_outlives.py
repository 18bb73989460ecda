"""A worker outlives whatever becomes of its connection: nobody else empties the spool of its machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from portal import jobs
from portal.database import db
from portal.jobs import Job
from tests import make
from tests.sending import work_later


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("statement", range(4))
def test_a_transaction_that_the_server_gave_up_ends_no_worker(
    app: Any, work: Callable[[], int], statement: int
) -> None:
    """The server stood still in the midst of it for longer than a transaction may stay idle, and then went on."""
    jobs.enqueue("sweep_files", {})
    db.session.commit()
    left = [statement]

    def stand_still(_connection: Any, cursor: Any, *_: Any) -> None:
        left[0] -= 1
        if left[0] == -1:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 20")
            time.sleep(0.2)

    event.listen(db.engine, "before_cursor_execute", stand_still)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", stand_still)
    assert left[0] < 0
    work_later(work, 2)  # what was cut off in its midst is tried again a little later
    assert "done" in db.session.scalars(db.select(Job.state).filter_by(kind="sweep_files")).all()


def test_a_disk_that_takes_nothing_ends_no_worker(app: Any, work: Callable[[], int]) -> None:
    make.service("ccas", of=make.organization(is_host=True), phone="+33199000099")
    taken = app.extensions["settings"].data_dir / "direct-numbers.json"
    taken.unlink(missing_ok=True)
    taken.mkdir()
    jobs.enqueue("sweep_jottings", {})
    try:
        work()
    finally:
        taken.rmdir()
    assert "done" in db.session.scalars(db.select(Job.state).filter_by(kind="sweep_jottings")).all()
