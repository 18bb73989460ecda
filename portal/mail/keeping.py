"""A letter that comes is kept as it is, before anything is made of it: a file, a row, and the job that will read it.

Its carrier is told « taken » only after the commit of the row, or, while the database is away, once the letter lies
in the spool on disk. The same letter brought twice, by one carrier or by two, is one.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO

from portal import clock, jobs, spool, storage
from portal.config import Settings
from portal.database import db, insert
from portal.mail import headers
from portal.mail.models import IncomingLetter
from portal.mail.reading import Unreadable, parse

KEPT_FOR = timedelta(days=30)  # a letter's bytes, once read: long enough to look for what was read wrongly
HEAD = 200_000  # bytes in which the headers of a letter end


def keep_letter(
    settings: Settings, raw: bytes, *, source: str, recipient: str = ""
) -> tuple[IncomingLetter, bool]:
    """The row of this letter, and whether it is new. `recipient`: whom its carrier says it is for."""
    digest = storage.keep(settings.letters_dir, raw)
    key = _key(raw)
    values = {
        "key": key,
        "digest": digest,
        "size": len(raw),
        "source": source,
        "recipient": recipient.lower(),
    }
    statement = insert(IncomingLetter).values(**values, received_at=clock.now())
    statement = statement.on_conflict_do_nothing(index_elements=["key"])
    letter: IncomingLetter | None = db.session.scalar(statement.returning(IncomingLetter))
    if letter is None:
        return db.session.scalars(db.select(IncomingLetter).filter_by(key=key)).one(), False
    jobs.enqueue("receive_letter", {"letter": letter.id}, dedupe_key=f"letter:{letter.id}")
    return letter, True


def bytes_of(settings: Settings, letter: IncomingLetter) -> bytes:
    """The letter as it came."""
    return storage.place(settings.letters_dir, letter.digest).read_bytes()


def set_aside(settings: Settings, raw: bytes, *, recipient: str) -> None:
    """Keeps a letter on disk while the database is away. Once this returns, a power cut does not lose it."""
    told = {"received_at": clock.now().isoformat(), "recipient": recipient}
    spool.keep(settings.mail_spool, told, BytesIO(raw))


def forget_old(settings: Settings, *, after: int = 0, most: int = 500) -> int:
    """Removes the bytes of some letters long since read, `after` this one; their rows stay, so that none of them is
    ever taken twice. The last that was looked at, or none."""
    query = db.select(IncomingLetter).where(
        IncomingLetter.state.in_(("read", "apart", "returned")),
        IncomingLetter.forgotten_at.is_(None),
        IncomingLetter.id > after,
        IncomingLetter.received_at < clock.now() - KEPT_FOR,
    )
    old = list(db.session.scalars(query.order_by(IncomingLetter.id).limit(most)))
    for letter in old:
        if storage.remove(storage.place(settings.letters_dir, letter.digest)):
            letter.forgotten_at = clock.now()
    return old[-1].id if old else 0


def _key(raw: bytes) -> str:
    """What is the same however often and by whichever way a letter is brought: its Message-ID and what it says.

    The headers are left out, for each carrier adds its own; the body is not, for some programs give the same
    Message-ID to every letter. Without a Message-ID, a letter is known by all its bytes.
    """
    head, body = _halves(raw)
    try:
        own = headers.message_id(parse(head))
    except Unreadable:
        own = ""
    told = own.encode() + b"\0" + body.rstrip() if own else raw
    return hashlib.sha256(told).hexdigest()


def _halves(raw: bytes) -> tuple[bytes, bytes]:
    text = raw.replace(b"\r\n", b"\n")
    head, found, body = text.partition(b"\n\n")
    return (head[:HEAD] + b"\n\n", body) if found else (text[:HEAD], b"")
