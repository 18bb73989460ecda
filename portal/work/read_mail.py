"""Reads the mailbox every minute, one worker at a time; takes in what was kept on disk while the database was away.

A letter is kept (file, row, job, how far we are: one commit), and only then marked on the server. Killed before the
commit, it is fetched again; killed after it, it is fetched again, known by its key, and marked.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

from portal import clock, jobs, spool
from portal.database import db, hold_nothing, insert
from portal.jobs import Job
from portal.mail import fetching
from portal.mail.keeping import keep_letter
from portal.mail.models import MailFolder
from portal.work.context import settings
from portal.work.rounds import each

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
HELD_FOR = timedelta(minutes=3)  # longer than one letter may take to come
AT_ONCE = 200  # letters taken by one job: the others are for the next


def read_mail(job: Job) -> None:
    take_in()
    if settings().imap_host:
        read_folder()
    jobs.finish(job)
    db.session.commit()


def take_in() -> None:
    """Takes in the letters that were kept on disk: one that cannot be keeps neither the others nor the mailbox."""
    if not spool.kept(settings().mail_spool):
        return
    with spool.alone(settings().mail_spool) as alone:
        letters = spool.kept(settings().mail_spool) if alone else []
        each(letters, _take_in, lambda path: f"taking in letter {path.name}")


def _take_in(path: Path) -> None:
    try:
        told, raw = spool.read(path)
    except ValueError:  # not what `set_aside` writes
        spool.set_aside(path)
        raise
    keep_letter(settings(), raw, source="smtp", recipient=str(told.get("recipient", "")))
    db.session.commit()
    spool.forget(path)


def read_folder() -> int:
    """Keeps what is new in the folder; returns how many letters. Why it could not is kept for administrators to see."""
    name = f"{settings().imap_user} {settings().imap_host} {settings().imap_folder}"
    if not _hold(name):
        return 0
    kept, trouble = 0, ""
    try:
        with fetching.open_folder(settings()) as folder:
            kept, trouble = _take(name, folder)
    except fetching.Trouble as error:
        trouble = str(error)
    except fetching.TROUBLES as error:
        trouble = f"La lecture de la boîte aux lettres s’est interrompue ({type(error).__name__})."
    if trouble:
        log.warning("the mailbox cannot be read")
    _let_go(name, trouble)
    return kept


def _hold(name: str) -> bool:
    """Whether nobody else reads this folder; held for a while, and prolonged with each letter."""
    statement = insert(MailFolder).values(name=name, uid_validity=0, last_uid=0, trouble="")
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["name"]))
    now = clock.now()
    free = (MailFolder.held_until.is_(None)) | (MailFolder.held_until < now)
    held = db.session.execute(
        db.update(MailFolder).where(MailFolder.name == name, free).values(held_until=now + HELD_FOR)
    )
    db.session.commit()
    return bool(held.rowcount)  # type: ignore[attr-defined]  # a CursorResult, typed as Result


def _take(name: str, folder: fetching.Folder) -> tuple[int, str]:
    """Each new letter: fetched, kept, marked; returns how many, and what was refused.

    A letter that the server refuses to give or to mark stops no other: it is among those asked for next time.
    """
    last_uid, anew = _begin_at(name, folder)
    kept, trouble = 0, ""
    hold_nothing()
    uids = fetching.new_uids(folder, last_uid, clock.now() if anew else None)
    for uid in uids if anew else uids[:AT_ONCE]:
        try:
            raw = fetching.fetch(folder, uid)
            kept += _keep(name, raw, 0 if anew else uid)
            if raw is not None:
                fetching.mark(folder, uid)
        except fetching.OneRefused as error:
            trouble = str(error)
    if anew:  # only now: killed before, all that came from a month before is looked through again
        _go_on_from(name, folder.uid_validity, max([last_uid, *uids]))
    return kept, trouble


def _keep(name: str, raw: bytes | None, uid: int) -> bool:
    """The letter, if it is still there, and how far we are: one commit. Whether it is new."""
    _letter, new = keep_letter(settings(), raw, source="imap") if raw is not None else (None, False)
    row = _held(name)
    row.last_uid, row.held_until = max(row.last_uid, uid), clock.now() + HELD_FOR
    db.session.commit()
    return new


def _go_on_from(name: str, uid_validity: int, last_uid: int) -> None:
    row = _held(name)
    row.uid_validity, row.last_uid = uid_validity, last_uid
    db.session.commit()


def _held(name: str) -> MailFolder:
    return db.session.get_one(MailFolder, name, with_for_update={"key_share": True}, populate_existing=True)


def _begin_at(name: str, folder: fetching.Folder) -> tuple[int, bool]:
    """After which letter to begin, and whether the server has numbered them anew.

    At the very first reading only what nobody has opened is new: the rest was answered without us.
    """
    row = _held(name)
    if row.uid_validity == 0:
        row.uid_validity, row.last_uid = folder.uid_validity, folder.uid_next - 1
    anew = row.uid_validity != folder.uid_validity
    last_uid = folder.uid_next - 1 if anew else row.last_uid
    db.session.commit()
    return last_uid, anew


def _let_go(name: str, trouble: str) -> None:
    db.session.rollback()
    row = db.session.get_one(MailFolder, name)
    row.held_until, row.trouble = None, trouble
    if not trouble:
        row.read_at = clock.now()
    db.session.commit()
