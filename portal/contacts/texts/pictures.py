"""Pictures that come with a text. In France operators carry none to our numbers; overseas, from abroad and by other
services some come: each is fetched by a job, from the network's own address, and kept as any file that people send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from portal import jobs
from portal.contacts import attachments
from portal.contacts.attachments import Kept
from portal.contacts.models import Message
from portal.contacts.telling import tell_of
from portal.database import db, hold, locked

# The network's names of a text and of what came with it; nothing else may stand in an address of ours.
NAMED = re.compile(r"/Messages/([SM]M[0-9A-Za-z]{6,62})/Media/(ME[0-9A-Za-z]{6,62})$")
LOST = "media"  # the error of a message whose picture is not here


def names(told: Mapping[str, str]) -> list[str]:
    """Where the network keeps what came with a text, by its own names: `text/picture`, without the host it says."""
    count = told.get("NumMedia", "")
    most = min(int(count), attachments.MOST) if count.isdecimal() else 0
    places = (urlsplit(told.get(f"MediaUrl{n}", "")).path for n in range(most))
    return [f"{found[1]}/{found[2]}" for place in places if (found := NAMED.search(place))]


def expect(message: Message, named: list[str]) -> None:
    """Asks for each of these to be fetched."""
    db.session.flush()
    for n, name in enumerate(named, 1):
        work = {"message": message.id, "named": name, "number": n}
        jobs.enqueue("fetch_picture", work, dedupe_key=f"picture:{name}")


def attach(message_id: int, kept: Kept) -> None:
    """The picture is on disk: its message shows it. Done twice, it is there once."""
    message = _held(message_id)
    attachments.attach(message, [kept])
    tell_of(message.contact)


def lose(message_id: int) -> Message | None:
    """The picture will not come; the message, if nobody has been told so yet. Its exchange is held before it: whoever
    sent it is told there."""
    hold(db.session.get_one(Message, message_id).contact)
    message = _held(message_id)
    if message.error:
        return None
    message.error = LOST
    tell_of(message.contact)
    return message


def _held(message_id: int) -> Message:
    query = locked(db.select(Message).filter_by(id=message_id))
    message: Message = db.session.scalars(query.execution_options(populate_existing=True)).one()
    return message
