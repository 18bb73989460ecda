"""Partners with a system: the key that opens, what they are told, and that no address inside is reached."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import clock, jobs
from portal.database import db
from portal.directory.models import Service
from portal.errors import Missing, Refused
from portal.history import SYSTEM, Event
from portal.jobs import Job
from portal.referrals.models import Partner, Referral
from portal.referrals.partners import keys as partners
from portal.referrals.partners import posting
from portal.referrals.partners.settling import save_partner
from portal.telephony.models import Alert
from tests import make

OPEN = posting.Way(https_only=False, private=True)


class Receiver(ThreadingHTTPServer):
    """A partner's system: keeps what it is told, and answers as it is asked to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hearing)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        self.url = f"http://127.0.0.1:{self.server_port}/relais?from=mairie"


class Hearing(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", self.server.url)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def system() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def inside(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting that lets webhooks stay inside."""
    monkeypatch.setitem(
        app.extensions, "settings", replace(app.extensions["settings"], private_webhooks=True)
    )


def partner(of: Service, url: str = "", **values: Any) -> Partner:
    made = Partner(
        organization_id=of.organization_id, way="api", webhook_url=url, webhook_secret="secret", **values
    )
    db.session.add(made)
    db.session.flush()
    return made


def sent(service: Service, **values: Any) -> Referral:
    contact = make.contact("web")
    made = Referral(
        organization_id=contact.organization_id,
        contact_id=contact.id,
        service_id=service.id,
        **{"state": "sent", "way": "api", "sent_at": clock.now(), "shared": {"subject": "RSA"}, **values},
    )
    db.session.add(made)
    db.session.flush()
    return made


def test_a_key_is_said_once_and_the_next_ends_it(app: Flask) -> None:
    one = partner(make.service("caf"))
    first = partners.make_key(one)
    assert partners.partner_of(first) is one and first not in (one.token_digest or "")
    second = partners.make_key(one)
    assert partners.partner_of(first) is None and partners.partner_of(second) is one
    partners.drop_key(one)
    assert partners.partner_of(second) is None
    for guess in ("", "rlp_", one.token_digest or "", "Bearer x"):
        assert partners.partner_of(guess) is None


def test_a_partner_reads_its_referrals_and_no_other(app: Flask) -> None:
    ours, theirs = make.service("caf"), make.service("cpam")
    one, other = partner(ours), partner(theirs)
    mine = [sent(ours), sent(ours, state="accepted")]
    notyet = sent(ours, sent_at=None, state="proposed")
    assert partners.referrals_to(one) == mine and partners.referrals_to(other) == []
    assert partners.referrals_to(one, state="accepted") == mine[1:]
    assert partners.referrals_to(one, after=mine[0].id, limit=1) == mine[1:]
    for who, what in ((other, mine[0]), (one, notyet)):
        with pytest.raises(Missing):
            partners.referral_of(who, what.id)


def test_what_a_partner_is_told_is_signed_and_holds_what_was_shared(
    app: Flask, system: Receiver, inside: None, work: Callable[[], int]
) -> None:
    service = make.service("caf")
    partner(service, system.url)
    referral = sent(service)
    partners.tell(referral, "referral.sent")
    assert system.heard == []  # nothing leaves before the commit
    work()
    [(headers, body)] = system.heard
    told = json.loads(body)
    assert told["event"] == headers["Relais-Event"] == "referral.sent"
    assert told["referral"]["shared"] == {"subject": "RSA"} and told["referral"]["id"] == referral.id
    assert told["delivery"] == headers["Relais-Delivery"]
    time, signature = (part.partition("=")[2] for part in headers["Relais-Signature"].split(","))
    expected = hmac.new(b"secret", time.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert signature == expected
    assert db.session.scalar(db.select(Event).filter_by(verb="referral.partner_told")) is not None
    db.session.refresh(referral)
    assert referral.arrived_at is not None


def test_partners_are_shown_how_to_check_that_it_is_us() -> None:
    page = (Path(__file__).parents[3] / "docs/directory.md").read_text(encoding="utf-8")
    shown: dict[str, Any] = {}
    exec(page.partition("```python")[2].partition("```")[0], shown)
    now, body = int(clock.now().timestamp()), "{« é »}".encode()
    signature = f"t={now},v1={partners.sign('secret', now, body)}"
    assert shown["is_theirs"]("secret", signature, body)
    assert not shown["is_theirs"]("autre", signature, body)
    assert not shown["is_theirs"]("secret", signature, body + b" ")


def test_a_partner_without_a_system_is_told_nothing(app: Flask) -> None:
    service = make.service("caf")
    referral = sent(service)
    partners.tell(referral, "referral.sent")
    partner(service).way = "email"
    partners.tell(referral, "referral.sent")
    assert db.session.scalar(db.select(Job).filter_by(kind="tell_partner")) is None


def test_what_is_not_taken_is_tried_again_and_in_the_end_somebody_knows(
    app: Flask, system: Receiver, inside: None, work: Callable[[], int]
) -> None:
    service = make.service("caf")
    partner(service, system.url)
    partners.tell(sent(service), "referral.sent")
    system.status = 503
    work()
    job = db.session.scalars(db.select(Job).filter_by(kind="tell_partner")).one()
    assert (job.state, job.last_error, job.attempts) == ("waiting", "HTTP 503", 1)
    assert job.not_before > clock.now()
    job.attempts, job.not_before = jobs.MOST_ATTEMPTS - 1, clock.now()
    work()
    db.session.refresh(job)
    assert job.state == "quarantined" and len(system.heard) == 2
    first, second = (headers["Relais-Delivery"] for headers, _ in system.heard)
    assert first == second
    assert "HTTP 503" in db.session.scalars(db.select(Alert)).one().sentence


def test_a_redirection_is_not_followed(app: Flask, system: Receiver) -> None:
    system.status = 307
    with pytest.raises(posting.NotReached, match="HTTP 307"):
        posting.post(system.url, b"{}", {}, OPEN)
    assert len(system.heard) == 1


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "0.0.0.0"],
)
def test_an_address_inside_is_never_reached(app: Flask, system: Receiver, host: str) -> None:
    with pytest.raises(posting.NotReached, match=r"private address|gaierror|OSError"):
        posting.post(f"http://{host}:{system.server_port}/", b"{}", {}, posting.Way(https_only=False))
    assert system.heard == []


def test_an_address_is_of_the_web_and_whole(app: Flask) -> None:
    for wrong in (
        "http://a.example/",
        "ftp://a.example",
        "https://",
        "https://u:p@a.example",
        "https://a:99999",
        "https://a b",
        "x",
    ):
        with pytest.raises(Refused):
            posting.check_address(wrong, posting.Way())
    assert posting.check_address(" https://a.example/x?y=1 ", posting.Way()).hostname == "a.example"


def test_an_address_that_may_not_be_posted_to_is_not_kept(app: Flask) -> None:
    values = {"way": "api", "email": "", "remind_first": 10, "remind_second": 30}
    for wrong in ("http://a.example/", "https://u:p@a.example", "https://a.example:99999", "https://"):
        with pytest.raises(Refused) as refusal:
            save_partner(make.organization("caf"), version=0, by=SYSTEM, webhook_url=wrong, **values)
        assert refusal.value.field == "webhook_url"


def test_a_system_that_drips_is_left(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(posting, "WHOLE_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(posting.NotReached):
        posting.post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"{}", {}, OPEN)
