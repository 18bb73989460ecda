"""The mailbox of a real IMAP server (Debian's dovecot), where it is installed."""

from __future__ import annotations

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask

from portal.database import db
from portal.mail.models import IncomingLetter, MailFolder
from portal.work import read_mail
from tests import make
from tests.portal.test_letters_received import letter
from tests.ports import free_port

DOVECOT = shutil.which("dovecot") or ("/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else "")
pytestmark = pytest.mark.skipif(not DOVECOT, reason="dovecot is not installed")

CONFIGURATION = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 0
mail_location = maildir:{folder}/mail
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
"""


@pytest.fixture
def mailbox(app: Flask) -> Iterator[imaplib.IMAP4]:
    """A server of our own, which the application's settings name; signed in, to put letters there."""
    port, (uid, gid) = int(free_port()), (os.getuid(), os.getgid())
    us = getpass.getuser()
    users = {"user": us, "login": us, "group": grp.getgrgid(gid).gr_name}
    if uid == 0:  # it never lets its doors run as root
        users = {"user": "dovecot", "login": "dovenull", "group": "dovecot"}
        uid, gid = (pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    former = app.extensions["settings"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        os.chown(folder, uid, gid)
        folder.chmod(0o755)
        written = CONFIGURATION.format(folder=folder, port=port, uid=uid, gid=gid, **users)
        (folder / "conf").write_text(written)
        process = subprocess.Popen([DOVECOT, "-F", "-c", str(folder / "conf")])
        try:
            server = _signed_in(port)
            if server is None:
                pytest.skip("dovecot does not start here")
            app.extensions["settings"] = replace(
                former, imap_host="127.0.0.1", imap_port=port, imap_user="mairie", imap_password="secret"
            )
            make.organization(email="mairie@ville.example")
            db.session.commit()
            yield server
            server.shutdown()
        finally:
            app.extensions["settings"] = former
            process.terminate()
            process.wait(60)


def _signed_in(port: int) -> imaplib.IMAP4 | None:
    for _ in range(300):
        try:
            server = imaplib.IMAP4("127.0.0.1", port, timeout=60)
            server.login("mairie", "secret")
        except ConnectionRefusedError:
            time.sleep(0.1)
        except (OSError, imaplib.IMAP4.error):
            return None
        else:
            return server
    return None


def put(server: imaplib.IMAP4, raw: bytes) -> None:
    server.append("INBOX", "", None, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def unseen(server: imaplib.IMAP4) -> bytes:
    server.select("INBOX")
    return bytes(server.search(None, "UNSEEN")[1][0] or b"")


def test_letters_are_kept_once_and_marked(mailbox: imaplib.IMAP4) -> None:
    for n in range(3):
        put(mailbox, letter(subject=f"Lettre {n}"))
    assert read_mail.read_folder() == 3
    folder = db.session.scalars(db.select(MailFolder)).one()
    assert (folder.trouble, folder.last_uid) == ("", 3) and folder.uid_validity > 0
    assert unseen(mailbox) == b""
    mailbox.store("2", "-FLAGS", "\\Seen")
    put(mailbox, letter(subject="Nouvelle"))
    assert read_mail.read_folder() == 1
    assert unseen(mailbox) == b""
    assert len(db.session.scalars(db.select(IncomingLetter)).all()) == 4


def test_a_folder_that_is_not_there_is_said(app: Flask, mailbox: imaplib.IMAP4) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], imap_folder="Reçus & classés")
    assert read_mail.read_folder() == 0
    assert "n’existe pas" in db.session.scalars(db.select(MailFolder)).one().trouble
    mailbox.create('"Re&AOc-us &- class&AOk-s"')
    assert read_mail.read_folder() == 0
    assert db.session.scalars(db.select(MailFolder)).one().trouble == ""
