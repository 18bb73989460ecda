"""The mail's command: a door for letters that a mail server brings by itself (LMTP or SMTP)."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import Any

import click
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP
from flask import Flask, current_app
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from portal.database import db
from portal.errors import trace_of
from portal.mail.keeping import keep_letter, set_aside
from portal.mail.reading import LARGEST

log = logging.getLogger(__name__)

TAKEN, LATER = "250 2.0.0 Taken", "451 4.3.0 Not now"
MOST_CONNECTIONS = 50
LONGEST_LINE = 1_000_000


class BySMTP(SMTP):
    """SMTP, for senders that break lines as they like too."""

    line_length_limit = LONGEST_LINE


class ByLMTP(LMTP):
    """LMTP, likewise."""

    line_length_limit = LONGEST_LINE


class Receiver:
    """Says « taken » once the letter is committed, or lies on disk while the database is away; and not before."""

    def __init__(self, app: Flask, *, for_each: bool) -> None:
        self.app = app
        self.for_each = for_each  # LMTP answers once for each recipient

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        recipients = list(envelope.rcpt_tos)
        answer = await asyncio.to_thread(self.take, envelope.original_content or b"", recipients)
        return "\r\n".join([answer] * len(recipients)) if self.for_each else answer

    def take(self, raw: bytes, recipients: list[str]) -> str:
        """Keeps one letter, whatever it is. Whatever goes wrong it is brought again: nothing sends it back for good."""
        recipient = recipients[0][:300] if recipients else ""
        settings = self.app.extensions["settings"]
        with self.app.app_context():
            try:
                keep_letter(settings, raw, source="smtp", recipient=recipient)
                db.session.commit()
            except (OperationalError, InterfaceError, PoolTimeout):
                db.session.rollback()
                return self._aside(raw, recipient)
            except Exception as error:  # a full disk, or what nobody foresaw
                db.session.rollback()
                log.error("a letter could not be taken\n%s", trace_of(error))
                return LATER
        return TAKEN

    def _aside(self, raw: bytes, recipient: str) -> str:
        try:
            set_aside(self.app.extensions["settings"], raw, recipient=recipient)
        except OSError:
            return LATER
        return TAKEN


async def serve(app: Flask, host: str, port: int, protocol: str, stop: asyncio.Event) -> None:
    """Listens until told to stop."""
    receiver = Receiver(app, for_each=protocol == "lmtp")
    kind = ByLMTP if protocol == "lmtp" else BySMTP
    loop = asyncio.get_running_loop()

    def answer() -> SMTP:
        return kind(
            receiver,
            hostname="relais",
            ident="Relais",
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            timeout=60,
            loop=loop,
        )

    server = await loop.create_server(answer, host, port, backlog=MOST_CONNECTIONS)
    async with server:
        await stop.wait()


@click.command("receive-mail")
@click.option(
    "--listen", default="127.0.0.1:8025", help="Address and port. Let only your mail server reach it."
)
@click.option("--protocol", type=click.Choice(["lmtp", "smtp"]), default="lmtp")
def receive_mail(listen: str, protocol: str) -> None:
    """Take the letters that a mail server brings. It is told « taken » once a letter is on disk and in the database."""
    host, _, port = listen.rpartition(":")
    # the application itself, for threads that have no context of their own
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's type does not know it

    async def run() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        click.echo(f"receiving letters on {host or '127.0.0.1'}:{port} ({protocol})")
        await serve(app, host or "127.0.0.1", int(port), protocol, stop)

    asyncio.run(run())
