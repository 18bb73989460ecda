"""The same form sent several times at the same instant: one thing is made, and nobody reads of an error of ours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.desk.models import Queue
from portal.staff.models import Team
from portal.views.admin.people.queues import NEW
from tests import make
from tests.signing import signed_in, token

AT_ONCE, LIMIT_S = 4, 60


@pytest.mark.parametrize(
    ("door", "typed", "table"),
    [("queues", {**NEW, "name": "Logement"}, Queue), ("teams", {"name": "Accueil"}, Team)],
)
def test_the_same_form_at_the_same_instant_makes_one_thing(
    app: Flask, door: str, typed: dict[str, Any], table: Any
) -> None:
    admin = make.staff("administrator")
    db.session.commit()
    clients = [signed_in(app.test_client(), admin) for _ in range(AT_ONCE)]
    ready = Barrier(AT_ONCE)

    def post(client: Any) -> int:
        with app.app_context():
            data = {"csrf_token": token(client), "form_key": "k" * 20, **typed}
            ready.wait(LIMIT_S)
            status: int = client.post(f"/admin/{door}", data=data).status_code
            return status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(post, clients)) == [302] * AT_ONCE
    assert [one.name for one in db.session.scalars(db.select(table))] == [typed["name"]]
