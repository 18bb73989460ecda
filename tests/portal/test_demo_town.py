"""The demo town loads as it is written."""

from flask import Flask

from portal.database import db
from portal.demo import town as demo
from portal.directory.models import Organization, Service
from portal.lines.models import Line
from portal.staff.models import Staff
from portal.staff.sessions import check_password


def test_the_town_loads_with_its_line_services_and_staff(app: Flask) -> None:
    town = demo.read("town.json")
    demo.load_town(town)
    sign_ins = demo.load_staff(town)
    db.session.commit()
    hosts = db.session.scalars(db.select(Organization).filter_by(is_host=True)).all()
    assert [host.slug for host in hosts] == [town["organization"]]
    assert db.session.scalar(db.select(db.func.count()).select_from(Service)) == len(town["services"])
    line = db.session.scalars(db.select(Line)).one()
    assert [choice.key for choice in line.choices][-1] == "0"
    assert {"welcome", "closed", "voicemail"} <= set(line.texts)
    assert {person.role for person in db.session.scalars(db.select(Staff))} == {
        "agent",
        "supervisor",
        "administrator",
        "editor",
    }
    _role, email, password = sign_ins[0].split()
    assert check_password(email, password) is not None
