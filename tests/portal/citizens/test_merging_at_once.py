"""Two agents who merge the same files at the same instant, each on a connection of their own: one does, one is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from portal.citizens import merging, people
from portal.citizens.models import Citizen, Merge
from portal.database import db
from portal.errors import Refused
from portal.staff.models import Staff
from tests import make

LIMIT_S = 60


def merge(app: Flask, kept_id: int, absorbed_id: int, by_id: int, key: str, ready: Barrier) -> str:
    with app.app_context():
        ready.wait(LIMIT_S)
        try:
            kept, absorbed = (db.session.get_one(Citizen, one) for one in (kept_id, absorbed_id))
            by = db.session.get_one(Staff, by_id)
            seen = (kept.version, absorbed.version)
            merging.merge(kept, absorbed, {}, versions=seen, form_key=key, by=by)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            return type(refusal).__name__
        return "merged"


def at_once(app: Flask, *pairs: tuple[int, int, str]) -> list[str]:
    by = make.staff().id
    db.session.commit()
    ready = Barrier(len(pairs))
    with ThreadPoolExecutor(len(pairs)) as pool:
        done = [pool.submit(merge, app, kept, absorbed, by, key, ready) for kept, absorbed, key in pairs]
        return [one.result(LIMIT_S) for one in done]


def test_two_who_merge_both_ways_make_no_ring(app: Flask) -> None:
    anne, bela = make.citizen("Anne").id, make.citizen("Bela").id
    assert sorted(at_once(app, (anne, bela, "one"), (bela, anne, "two")))[1:] == ["merged"]
    db.session.expire_all()
    heads = {people.head(db.session.get_one(Citizen, one)).id for one in (anne, bela)}
    assert len(heads) == 1 and db.session.scalar(db.select(db.func.count(Merge.id))) == 1


def test_one_form_sent_twice_at_once_merges_once(app: Flask) -> None:
    anne, bela = make.citizen("Anne").id, make.citizen("Bela").id
    assert at_once(app, (anne, bela, "same"), (anne, bela, "same")) == ["merged", "merged"]
    assert db.session.scalar(db.select(db.func.count(Merge.id))) == 1


def test_a_chain_made_at_once_is_one_person_or_is_refused(app: Flask) -> None:
    anne, bela, clio = (make.citizen(name).id for name in ("Anne", "Bela", "Clio"))
    done = at_once(app, (anne, bela, "one"), (clio, anne, "two"))
    db.session.expire_all()
    heads = {people.head(db.session.get_one(Citizen, one)).id for one in (anne, bela, clio)}
    assert len(heads) == 3 - done.count("merged")
    for one in db.session.scalars(db.select(Citizen)):
        assert people.head(one).person_id is None
