"""The telephone doors under load: fifty webhooks a second, and a tenth of a national day as fast as it goes.

`python -m bench webhooks` and `python -m bench day`. PostgreSQL, two portals and a worker as the README starts them,
and the crowd that calls, all on this machine.
"""

from __future__ import annotations

import csv
import gzip
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench import place, spent
from bench.crowd import Crowd
from bench.rest import rest
from portal import spool
from portal.config import read_settings

RATE, SECONDS = 50, 60
DAY_CALLS, SHARE = 150_000, 10
LINE, TEXTS = "+33199000010", "38010"
AGENTS = 60
LATEST_END_S = 120  # after which the network was asked about every call whose end was not told
WORDS = (
    "Bonjour, je veux refaire ma carte d’identité",
    "horaires de la mairie ?",
    "poubelle cassée",
    "Merci !",
)
CURVE = "courbes-appels/banque-us-5min-2003.csv.gz"


@contextmanager
def centre() -> Iterator[tuple[Crowd, str, Path]]:
    """A contact centre with agents on duty, and the crowd that will call it; its database, and its spool."""
    with place.postgresql() as database, place.folder() as folder:
        address = database("webhooks")
        environ = {**place.town(folder, address), "TWILIO_CALLS_PER_SECOND": "1000"}
        staff(address)
        settings = read_settings(environ)
        with place.served("wsgi:app", environ, processes=2) as ports:
            crowd = Crowd(
                settings.public_base_url, settings.twilio_account_sid, settings.twilio_auth_token, LINE, ports
            )
            network = rest(crowd, settings.simulator_port)
            worker = _work(environ)
            crowd.start()
            try:
                yield crowd, address, settings.spool_dir
            finally:
                crowd.stop()
                worker.terminate()
                worker.wait()
                network.shutdown()


def staff(address: str) -> None:
    """Agents on duty who serve every queue of the host and whose wrap-up is short."""
    with psycopg.connect(address, autocommit=True) as connection:
        town = "(SELECT id FROM organizations WHERE is_host LIMIT 1)"
        connection.execute(
            "INSERT INTO staff (organization_id, email, first_name, last_name, role, job_title, phone, password_hash,"
            " may_open_protected, failed_sign_ins, created_at, version)"
            f" SELECT {town}, 'a' || n || '@bench.example', 'Agent', n::text, 'agent', '', '+3319900' || (1000 + n),"
            f" '', false, 0, now(), 1 FROM generate_series(1, {AGENTS}) n"
        )
        mine = "FROM staff WHERE email LIKE '%@bench.example'"
        connection.execute(
            f"INSERT INTO presences (staff_id, organization_id, state, since, missed)"
            f" SELECT id, organization_id, 'available', now(), 0 {mine}"
        )
        connection.execute(
            f"INSERT INTO queue_agents (queue_id, staff_id) SELECT q.id, s.id FROM queues q, (SELECT id {mine}) s"
            f" WHERE q.organization_id = {town}"
        )
        connection.execute("UPDATE queues SET wrap_up_s = 1")
        connection.execute("UPDATE lines SET schedule = '{}'")


def _work(environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "work"], env=dict(environ), cwd=place.ROOT, stderr=subprocess.DEVNULL
    )


def main() -> None:
    """Fifty a second for a minute: Poisson arrivals, calls of four to six webhooks and texts, latencies by door."""
    draw = random.Random(3)
    with centre() as (crowd, address, _spool):
        crowd.speed = 6
        _crowd_in(crowd, draw, seconds=8)
        crowd.wait(60)
        crowd.took_s.clear()
        crowd.when.clear()
        crowd.answers.clear()
        began, before, taken = time.monotonic(), spent.by_process(address), spent.taken_away_s()
        _crowd_in(crowd, draw, seconds=SECONDS)
        crowd.wait(SECONDS + 120)
        after, taken = spent.by_process(address), spent.taken_away_s() - taken
        sent = len([one for one in crowd.when if one < began + SECONDS])
        print(f"  {sent / SECONDS:.1f} webhooks a second for {SECONDS} s; answers {dict(crowd.answers)}")
        every = sorted(t for door in crowd.took_s.values() for t in door)
        for name, took in sorted(crowd.took_s.items()):
            print(f"  {name:24} {len(took):6} {_ms(sorted(took))}")
        print(f"  {'all':24} {len(every):6} {_ms(every)}   target: p95 at most 100 ms")
        _tell_spent({name: after[name] - before.get(name, 0.0) for name in after}, len(crowd.when))
        print(
            f"  taken away by other machines: {taken:.1f} s of processor in {time.monotonic() - began:.0f} s"
        )


def _crowd_in(crowd: Crowd, draw: random.Random, *, seconds: float) -> None:
    """Calls and texts arriving by chance, so many that they make `RATE` webhooks a second."""
    at = 0.0
    while at < seconds:
        at += draw.expovariate(RATE / 4.4)
        number = f"+336399{draw.randrange(90_000) + 10_000:05d}"
        if draw.random() < 0.15:
            crowd.text(number, TEXTS, draw.choice(WORDS), after_s=at)
        else:
            crowd.call(
                number, draw.choice("01234"), patience_s=min(120, draw.expovariate(1 / 60)), after_s=at
            )


def day(share: int = SHARE) -> None:
    """A tenth of the day, or another part: arrivals in the curve's proportions, as many in flight as it says."""
    shape, draw = _curve(), random.Random(4)
    calls = DAY_CALLS // share
    with centre() as (crowd, address, folder):
        crowd.speed = 60
        began, before = time.monotonic(), spent.by_process(address)
        so_far = [(0, sum(before.values()))]
        for part, weight in enumerate(shape):
            for _ in range(round(calls * weight)):
                while len(crowd.live) > 64 + 400 * weight * len(shape) / 4:
                    time.sleep(0.002)
                number = f"+336399{draw.randrange(90_000) + 10_000:05d}"
                crowd.call(number, draw.choice("01234"), patience_s=min(120, draw.expovariate(1 / 60)))
            if part % 12 == 11:
                print(f"    {part + 1:3} of {len(shape)} parts, {len(crowd.when)} webhooks", flush=True)
                so_far.append((len(crowd.when), sum(spent.by_process(address).values())))
        crowd.wait(300)
        took = time.monotonic() - began
        after = spent.by_process(address)
        _tell_day(crowd, took)
        _tell_ends(address, folder, crowd.calls)
        _tell_spent({name: after[name] - before.get(name, 0.0) for name in after}, len(crowd.when))
        so_far.append((len(crowd.when), sum(after.values())))
        each = [1000 * (d - b) / (c - a) for (a, b), (c, d) in pairwise(so_far)]
        print("  of processor, stretch by stretch of the day: " + ", ".join(f"{cost:.1f}" for cost in each))


def _tell_spent(spent_s: dict[str, float], webhooks: int) -> None:
    each = {name: 1000 * seconds / webhooks for name, seconds in sorted(spent_s.items())}
    told = ", ".join(f"{name} {cost:.2f}" for name, cost in each.items())
    print(f"  ms of processor a webhook: {told}; in all {sum(each.values()):.2f}   target: at most 18")


def _tell_day(crowd: Crowd, took: float) -> None:
    webhooks = len(crowd.when)
    print(
        f"  {webhooks} webhooks in {took / 60:.1f} min, {webhooks / took:.0f} a second; answers {dict(crowd.answers)}"
    )
    if crowd.live:
        print(f"  {len(crowd.live)} calls that the crowd could not end")
    print(f"  the whole day, 600,000 webhooks: {600_000 / (webhooks / took) / 60:.0f} min   target: under 90")
    times = sorted(crowd.when)
    fifths = [times[len(times) * n // 5] if n < 5 else times[-1] for n in range(6)]
    costs = [1000 * (b - a) / (len(times) / 5) for a, b in pairwise(fifths)]
    print("  ms a webhook, fifth by fifth: " + ", ".join(f"{cost:.1f}" for cost in costs))


def _tell_ends(address: str, folder: Path, calls: int) -> None:
    """What was acknowledged and is not yet in the tables; and for how long that lasts."""
    began, (kept, aside) = time.monotonic(), spool.waiting(folder)
    with psycopg.connect(address, autocommit=True) as connection:
        first = now = _ends(connection)
        while (now != (calls, 0) or spool.kept(folder)) and time.monotonic() < began + LATEST_END_S:
            time.sleep(0.5)
            now = _ends(connection)
    print(f"  contacts {first[0]} for {calls} calls when the crowd has gone, {first[1]} not ended")
    print(f"  {kept} words in the spool, {aside} set aside")
    after = f"{time.monotonic() - began:.0f} s later   target: none within {LATEST_END_S} s"
    print(f"  contacts {now[0]}, {now[1]} not ended {after}")


def _ends(connection: psycopg.Connection) -> tuple[int, int]:
    """The contacts of this crowd's calls, and how many of them have no end."""
    counted = "count(*), count(*) FILTER (WHERE ended_at IS NULL)"
    row: Any = connection.execute(f"SELECT {counted} FROM contacts WHERE provider_ref LIKE 'CA%'").fetchone()
    return int(row[0]), int(row[1])


def _curve() -> list[float]:
    """The part of a day's calls in each quarter of an hour, from a real centre's mean day."""
    path = place.real_data(CURVE)
    if path is None:
        return [1 / 56] * 56
    sums: dict[str, float] = {}
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            hour, minute = row["debut_intervalle"][11:16].split(":")
            quarter = f"{hour}:{int(minute) // 15 * 15:02}"
            sums[quarter] = sums.get(quarter, 0) + float(row["appels"] or 0)
    total = sum(sums.values())
    return [sums[quarter] / total for quarter in sorted(sums)]


def _ms(took: list[float]) -> str:
    def at(part: float) -> float:
        return 1000 * took[min(int(len(took) * part), len(took) - 1)]

    return f"p50 {1000 * median(took):6.1f}   p95 {at(0.95):6.1f}   p99 {at(0.99):6.1f} ms"


if __name__ == "__main__":
    day(int((sys.argv[2:] or [SHARE])[0])) if "day" in sys.argv else main()
