"""Two hundred open consoles on one waitress process: what an idle one costs, and how soon a call is on its screen.

Each console does what its page does: it asks for news twice a second on a connection that stays open, fetches the strip
when its agent has news, and the list of those who wait when the desk has. The generator is a process of its own, and so
is whoever makes the calls.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import random
import secrets
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench import open_consoles, place
from bench.asking import text
from bench.open_consoles import quantile

CONSOLES = 200
IDLE_S = 20.0
POPS, RINGS_S = 100, 2.5
# a call, and a text, comes in so often: a town's file is no country
EVERY_S = {"PostgreSQL": 0.5, "SQLite": 2.0}
MOST_IDLE, MOST_POP_MS = 0.2, 1000.0  # % of a core; milliseconds


def main() -> None:
    with place.folder() as folder, place.postgresql() as database:
        measure("PostgreSQL", place.town(folder / "postgresql", database("consoles")))
        measure("SQLite", place.town(folder / "sqlite"))


def measure(name: str, environ: dict[str, str]) -> None:
    """Prints both figures for this engine."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        cookies = pool.apply(staff_the_desk, (environ,))
    with place.one_server("wsgi:app", environ) as (process, port):
        ours, its = context.Pipe()
        consoles = context.Process(target=open_consoles.stay_open, args=(port, cookies, its))
        consoles.start()
        assert ours.recv() == "open"
        time.sleep(2)
        busy, began = seconds_of(process), time.monotonic()
        time.sleep(IDLE_S)
        idle = 100 * (seconds_of(process) - busy) / (time.monotonic() - began) / CONSOLES
        print(f"{name}: an idle console {idle:.3f} % of a core (target: at most {MOST_IDLE:g})", flush=True)
        busy, began = seconds_of(process), time.monotonic()
        made = _call(environ, port, context, EVERY_S[name])
        load = 100 * (seconds_of(process) - busy) / (time.monotonic() - began)
        ours.send("close")
        seen, asked, own = ours.recv()
        consoles.join(30)
    _tell(name, made, seen, asked, load, own)


def _tell(
    name: str,
    made: tuple[dict[int, float], list[float]],
    seen: dict[int, float],
    asked: Any,
    load: float,
    own: float,
) -> None:
    began, texts = made
    late = sorted(1000 * (seen[one] - at) for one, at in began.items() if one in seen)
    lost = len(began) - len(late)
    print(
        f"{name}: a call on the screen p50 {quantile(late, 0.5):.0f}, p95 {quantile(late, 0.95):.0f}, longest "
        f"{late[-1]:.0f} ms (target: p95 under {MOST_POP_MS:g}); {lost} of {len(began)} never seen"
    )
    print(
        f"{name}: meanwhile text webhooks p50 {quantile(texts, 0.5):.0f}, p95 {quantile(texts, 0.95):.0f} ms "
        f"({len(texts)}); news p50 {asked['news'][0]:.1f}, p95 {asked['news'][1]:.1f} ms; strip p95 "
        f"{asked['strip'][1]:.0f} ms; list p95 {asked['list'][1]:.0f} ms "
        f"({asked['list'][2]} asked); portal {load:.0f} % "
        f"of a core, generator {own:.0f} %",
        flush=True,
    )


def seconds_of(process: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def staff_the_desk(environ: Mapping[str, str]) -> list[tuple[int, str]]:
    """Two hundred agents on duty and signed in: each with the cookie of their browser."""
    app = _app(environ)
    from portal.database import db
    from portal.desk.models import Presence, Queue, queue_agents
    from portal.staff.models import Staff
    from portal.staff.sessions import begin_session

    signer = app.session_interface.get_signing_serializer(app)
    with app.app_context():
        queue = db.session.scalars(db.select(Queue).order_by(Queue.id)).first()
        cookies = []
        for n in range(CONSOLES):
            agent = Staff(
                organization_id=queue.organization_id,
                email=f"console{n}@bench.example",
                first_name="Agent",
                last_name=f"Numéro {n}",
                role="agent",
                phone=f"+3363998{n:04}",
            )
            db.session.add(agent)
            db.session.flush()
            desk = {"staff_id": agent.id, "organization_id": agent.organization_id}
            db.session.add(Presence(state="available", **desk))
            db.session.execute(db.insert(queue_agents).values(queue_id=queue.id, staff_id=agent.id))
            kept = {"token": begin_session(agent), "_user_id": str(agent.id), "_fresh": True}
            cookies.append((agent.id, f"relais={signer.dumps(kept)}"))
        db.session.commit()
    return cookies


def _app(environ: Mapping[str, str]) -> Any:
    os.environ.update(environ)
    from portal.app import create_app
    from portal.config import read_settings

    return create_app(read_settings(environ))


# Whoever calls


def _call(
    environ: Mapping[str, str], port: int, context: Any, every_s: float
) -> tuple[dict[int, float], list[float]]:
    """Calls come in one after the other beside texts; when each was committed, and what each text took."""
    ours, its = context.Pipe()
    caller = context.Process(target=_callers, args=(dict(environ), port, every_s, its))
    caller.start()
    told: tuple[dict[int, float], list[float]] = ours.recv()
    caller.join(30)
    return told


def _callers(environ: Mapping[str, str], port: int, every_s: float, pipe: Any) -> None:
    app = _app(environ)
    begun: dict[int, float] = {}
    live: list[tuple[int, float]] = []
    stop = time.monotonic() + POPS * every_s
    with app.app_context():
        texts = ThreadPoolExecutor(1).submit(_texts, app, port, every_s, stop)
        for n in range(POPS):
            offer, at = _one_call()
            begun[offer], next_at = at, stop - (POPS - n - 1) * every_s
            live.append((offer, at))
            while live and live[0][1] < time.monotonic() - RINGS_S:
                _hang_up(live.pop(0)[0])
            time.sleep(max(0.0, next_at - time.monotonic()))
        pipe.send((begun, texts.result()))


def _texts(app: Any, port: int, every_s: float, stop: float) -> list[float]:
    """Texts that citizens write meanwhile, one after the other; how many milliseconds each webhook took."""
    took = []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    with app.app_context():
        asked = text(app)
    while time.monotonic() < stop:
        request, began = asked(), time.monotonic()
        connection.request(request.method, request.path, request.body, request.headers)
        answer = connection.getresponse()
        answer.read()
        took.append(1000 * (time.monotonic() - began))
        if answer.status != 200:
            raise SystemExit(f"{request.path}: {answer.status}")
        time.sleep(max(0.0, began + every_s - time.monotonic()))
    return took


def _one_call() -> tuple[int, float]:
    """A call from a number that somebody is known by, offered to whoever is free; when that was committed."""
    from portal.citizens.models import Identifier, IdentifierLink
    from portal.contacts.recording import record_call
    from portal.database import db
    from portal.desk import offering, places
    from portal.desk.models import Queue
    from portal.lines.models import Line

    queue = db.session.scalars(db.select(Queue).order_by(Queue.id)).first()
    line = db.session.scalars(db.select(Line).order_by(Line.id)).first()
    known = db.select(Identifier).join(IdentifierLink).where(Identifier.kind == "phone")
    used = random.choice(db.session.scalars(known).all())
    call, _ = record_call(
        f"CA{secrets.token_hex(16)}", used, organization_id=queue.organization_id, line=line.number
    )
    places.stand_in_line(call, queue)
    offer = offering.ringing(call.id)
    db.session.commit()
    at = time.monotonic()
    db.session.remove()
    return (offer.id if offer else 0), at


def _hang_up(offer_id: int) -> None:
    from portal.database import db
    from portal.desk import offering
    from portal.desk.models import Offer

    offer = db.session.get(Offer, offer_id)
    if offer is not None:
        offering.withdraw(offer.contact, "voicemail")
    db.session.commit()
    db.session.remove()
