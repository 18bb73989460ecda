"""The resume card of the longest life fits one screen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal import clock
from portal.cases.opening import open_case, promise
from portal.citizens.models import Flag
from portal.contacts import noting
from portal.contacts.models import Attachment, Message
from portal.database import db
from tests import make
from tests.browser.conftest import Opens
from tests.browser.looking import faults

pytestmark = pytest.mark.browser
LONG = "Des mots et encore des mots, comme on en écrit quand on est inquiet. " * 8


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_longest_life_fits_one_screen(opens: Opens, width: int, height: int) -> None:
    agent, person = make.staff(), make.citizen("Aïcha Benali", preferred_channel="phone")
    for kind in ("vulnerable", "interpreter"):
        db.session.add(Flag(citizen_id=person.id, kind=kind, note=LONG))
    for _ in range(12):
        contact = make.contact(
            citizen_id=person.id, certainty="confirmed", subject=LONG[:190], state="wrapped_up"
        )
        contact.note = contact.answer = LONG
        said = Message(contact=contact, direction="in", channel="web", body=LONG, state="received")
        said.attachments.append(Attachment(name=f"{LONG[:60]}.pdf", media_type="x/y", size=1, digest="0"))
        db.session.add(said)
        for _ in range(2):
            noting.add_note(contact, LONG, by=agent)
        open_case(contact, by=agent.actor)
        promise(contact, LONG[:300], clock.now() + timedelta(days=1), by=agent.actor)
    page = opens(agent, f"/console/citizens/{person.id}", viewport={"width": width, "height": height})
    card = page.locator(".brief").bounding_box()
    flags = page.locator(".flags").bounding_box()
    assert card["height"] + flags["height"] <= (height if width > 600 else 2 * height)
    assert faults(page, f"resume-card-{width}") == []
