"""The staffing page: a picture and its table, for who watches over the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.database import db
from tests import make
from tests.signing import signed_in


@pytest.fixture
def supervisor(app: Flask, client: Any) -> Any:
    person = make.staff("supervisor")
    db.session.commit()
    return signed_in(client, person)


def test_a_day_without_calls_says_so(supervisor: Any) -> None:
    assert "Aucun appel ce jour-là" in supervisor.get("/admin/planning").text


def test_a_day_with_calls_is_drawn_and_told(supervisor: Any) -> None:
    queue, day = make.queue(), clock.now() - timedelta(days=7)
    for _ in range(40):
        make.contact(queue_id=queue.id, started_at=day)
    asked = {"weekday": clock.local_day(day).weekday(), "queue": queue.id, "agents": 1, "handling_s": 240}
    page = supervisor.get("/admin/planning", query_string=asked).text
    assert "<svg" in page and "10,0" in page and "Avec 1 : attente" in page and "trop peu" in page


def test_figures_out_of_reason_are_refused(supervisor: Any) -> None:
    answer = supervisor.get("/admin/planning?share=100&growth=abc")
    assert answer.status_code == 422 and "entre 1 et 99" in answer.text
