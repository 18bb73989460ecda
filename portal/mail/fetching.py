"""Reading a mailbox by IMAP: the letters that are new in a folder, each marked once it is kept, and not before."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.config import Settings
from portal.mail.reading import LARGEST
from portal.mail.sending import LOCAL

TIMEOUT_S = 30
LOOK_BACK = timedelta(days=30)  # how far back one looks when the server has numbered its letters anew
TOO_LARGE = b"Subject: Lettre trop lourde, restee dans la boite\r\n"
TROUBLES = (imaplib.IMAP4.error, OSError, ValueError)


class Trouble(Exception):
    """The mailbox cannot be read now. The sentence says why, in French."""


class OneRefused(Trouble):
    """The server refuses to give this one letter, or to mark it; the others may be asked for."""


@dataclass(frozen=True, slots=True)
class Folder:
    """An open folder: how its letters are numbered, and the number that the next one will have."""

    server: imaplib.IMAP4
    uid_validity: int
    uid_next: int


@contextmanager
def open_folder(settings: Settings) -> Iterator[Folder]:
    """Signs in, by TLS unless the server is on this machine and offers none, and opens the folder to write marks."""
    try:
        server = _connect(settings)
    except (imaplib.IMAP4.error, OSError) as error:
        raise Trouble(f"La boîte aux lettres ne répond pas ({type(error).__name__}).") from error
    try:
        try:
            server.login(settings.imap_user, settings.imap_password)
        except imaplib.IMAP4.error as error:
            raise Trouble("La boîte aux lettres refuse le nom ou le mot de passe.") from error
        yield _select(server, settings.imap_folder)
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            server.logout()


def new_uids(folder: Folder, last_uid: int, since: datetime | None) -> list[int]:
    """The letters to keep: all after the last one kept in their order, then those that nobody has marked.

    A letter that a person has opened meanwhile is among the first, one whose mark was lost among the second: these are
    asked for again and again where the server marks nothing, and must not keep new ones waiting. `since`, where the
    server has numbered anew: all that came from a month before, for the last one kept is not known.
    """
    # `*` is at least one
    new = {uid for uid in _search(folder, "UID", f"{last_uid + 1}:*") if uid > last_uid}
    former = set(_search(folder, "UNSEEN"))
    if since is not None:
        former.update(_search(folder, "SINCE", _day(since - LOOK_BACK)))
    return [*sorted(new), *sorted(former - new)]


def fetch(folder: Folder, uid: int) -> bytes | None:
    """The letter's bytes; None if it is gone. One too heavy to be taken is given as its headers, and says so."""
    size = _number(_fetched(folder, uid, "(RFC822.SIZE)"), rb"RFC822\.SIZE (\d+)")
    if size is None:
        return None
    if size > LARGEST:
        head = _literal(_fetched(folder, uid, "(BODY.PEEK[HEADER])")) or b""
        return re.sub(
            rb"(?im)^(subject|content-[^:]*):.*\r?\n(?:[ \t].*\r?\n)*", b"", head[:100_000]
        ).replace(b"\r\n\r\n", b"\r\n" + TOO_LARGE + b"\r\n", 1)
    return _literal(_fetched(folder, uid, "(BODY.PEEK[])"))


def mark(folder: Folder, uid: int) -> None:
    """Says on the server that this letter is taken care of."""
    answer, _ = folder.server.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Seen)")
    if answer != "OK":
        raise OneRefused(f"La boîte aux lettres n’a pas marqué comme lue la lettre numéro {uid}.")


def _connect(settings: Settings) -> imaplib.IMAP4:
    local = settings.imap_host in LOCAL
    context = ssl.create_default_context()
    if settings.imap_port == 993:
        return imaplib.IMAP4_SSL(settings.imap_host, 993, ssl_context=context, timeout=TIMEOUT_S)
    server = imaplib.IMAP4(settings.imap_host, settings.imap_port, timeout=TIMEOUT_S)
    if not local:
        server.starttls(context)
    return server


def _select(server: imaplib.IMAP4, name: str) -> Folder:
    try:
        answer, _ = server.select(_quoted(name))
    except imaplib.IMAP4.readonly as error:
        raise Trouble(
            "La boîte aux lettres ne permet que de lire : ce qui est pris ne peut y être marqué."
        ) from error
    if answer != "OK":
        raise Trouble("Le dossier à lire n’existe pas dans la boîte aux lettres.")
    validity = _number(server.response("UIDVALIDITY")[1], rb"(\d+)")
    following = _number(server.response("UIDNEXT")[1], rb"(\d+)")
    return Folder(server, validity or 0, following or 1)


def _quoted(name: str) -> str:
    """A folder's name as IMAP writes it: quoted, in its own UTF-7."""
    encoded = re.sub(r"[^ -~]+", lambda match: _utf7(match.group(0)), name.replace("&", "&-"))
    return '"' + encoded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(text: str) -> str:
    return "&" + text.encode("utf-7").decode()[1:].rstrip("-").replace("/", ",") + "-"


def _search(folder: Folder, *criteria: str) -> list[int]:
    answer, data = folder.server.uid("SEARCH", *criteria)
    if answer != "OK":
        raise Trouble("La boîte aux lettres n’a pas su dire ce qui est nouveau.")
    return [int(one) for line in data if isinstance(line, bytes) for one in line.split()]


def _fetched(folder: Folder, uid: int, what: str) -> list[object]:
    answer, data = folder.server.uid("FETCH", str(uid), what)
    if answer != "OK":
        raise OneRefused(f"La boîte aux lettres n’a pas rendu la lettre numéro {uid}.")
    return list(data)


def _literal(data: list[object]) -> bytes | None:
    return next((one[1] for one in data if isinstance(one, tuple) and isinstance(one[1], bytes)), None)


def _number(data: list[object] | None, pattern: bytes) -> int | None:
    for one in data or []:
        text = one[0] if isinstance(one, tuple) else one
        found = re.search(pattern, text) if isinstance(text, bytes) else None
        if found:
            return int(found.group(1))
    return None


def _day(when: datetime) -> str:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{when.day:02d}-{months[when.month - 1]}-{when.year}"
