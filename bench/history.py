"""Searching history, and the file by phone number: eight agents at a time, over HTTP.

What is timed is what an agent waits for, as a browser with scripts asks for it: the page of what was found, the file of
a number, both the answer to the form. A number that several share (one in 25) is two waits, for the agent chooses in
between: the page of whom it may be, then the file of the first. Over 1,000,000 contacts in PostgreSQL, and 100,000 in
SQLite, ten a citizen. Other sizes, and towns kept for the next run:
`python -m bench.history --many 20000 --some 5000 --few 2000 --keep FOLDER`.
"""

from __future__ import annotations

import http.client
import random
import re
import statistics
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench import place, towns
from bench.asking import FORM, sign_in
from portal.app import create_app
from portal.config import read_settings

AT_ONCE, EACH = 8, 25
WARM = 25  # acts before: each connection has a statement planned ten times before it keeps its plan
MOST_SEARCH_MS, MOST_FILE_MS, MOST_GROWTH = 400.0, 60.0, 1.3

# of our vocabulary, by how often they are said: see past.py
SEARCHES = {
    "frequent": ["dossier", "mairie", "rendez-vous", "téléphone", "réponse"],
    "usual": ["cantine", "poubelle", "pension", "notaire", "piscine"],
    "rare": ["Barbacourt", "Vilvevet", "Quindadac", "Vertalon", "Sermanet"],
    "two words": ["crèche inscription", "facture eau", "permis construire", "dossier refus", "carte perdue"],
    "none": ["hippopotame", "zeppelin bleu", "xylophone", "marmotte", "paratonnerre"],
    "misspelt": ["dosier", "cantinne", "piscien", "poubele", "pensoin"],
}


def main(arguments: Sequence[str] = ()) -> None:
    asked = towns.read_arguments(arguments, many=1_000_000, few=10_000, some=100_000)
    with towns.towns(asked.keep) as town:
        few, many = town(asked.few, "postgresql"), town(asked.many, "postgresql")
        measure_files({asked.few: few, asked.many: many})
        measure_searches(f"PostgreSQL, {asked.many:,} contacts", many)
        measure_searches(f"SQLite, {asked.some:,} contacts", town(asked.some, "sqlite"))


@dataclass
class Agent:
    """Somebody at the desk, on a connection that stays open."""

    port: int
    cookie: str
    token: str = ""
    took_ms: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", self.port)
        found = re.search(r'name="csrf_token" value="([^"]+)"', self._ask("GET", "/console/citizens"))
        self.token = found[1] if found else ""

    def search(self, typed: str) -> str:
        """The page of what was found, or the file of the one person who has this number."""
        return self._wait(
            "POST", "/console/citizens", {"csrf_token": self.token, "who": typed, "at_once": "1"}
        )

    def open_file(self, number: str) -> str:
        """The file of whoever has this number; of several, of the first, from the page of whom it may be."""
        page = self.search(number)
        if 'data-address="/console/found/' not in page:
            return page
        found = re.search(r"/console/citizens/\d+", page.partition("<main")[2])
        return self._wait("GET", found[0] if found else "/console/citizens/0")

    def _wait(self, method: str, path: str, typed: Mapping[str, str] | None = None) -> str:
        began = time.perf_counter()
        page = self._ask(method, path, urlencode(typed or {}))
        self.took_ms.append(1000 * (time.perf_counter() - began))
        return page

    def _ask(self, method: str, path: str, body: str = "") -> str:
        self._line.request(method, path, body, {**FORM, "Cookie": self.cookie})
        answer = self._line.getresponse()
        text = answer.read().decode()
        for given in answer.headers.get_all("Set-Cookie", []):
            if given.startswith("relais="):  # a page with a form puts its token there
                self.cookie = given.split(";")[0]
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return text


def measure_searches(title: str, environ: Mapping[str, str]) -> None:
    """Prints how long each kind of search takes."""
    print(f"{title}, {AT_ONCE} at a time (target: p95 {MOST_SEARCH_MS:g} ms)", flush=True)
    cookie = sign_in(create_app(read_settings(environ)))
    with place.served("wsgi:app", environ, place.PORTALS) as ports:
        for name, texts in SEARCHES.items():
            took = at_once(ports, cookie, Agent.search, texts)
            print(f"  {name:10} {told(took)}", flush=True)


def measure_files(environs: Mapping[int, Mapping[str, str]]) -> None:
    """Prints how long the file of a number takes, among few contacts and among many."""
    middles = []
    for contacts, environ in environs.items():
        cookie = sign_in(create_app(read_settings(environ)))
        with place.served("wsgi:app", environ, place.PORTALS) as ports:
            took = at_once(ports, cookie, Agent.open_file, numbers(contacts // towns.A_CITIZEN))
        middles.append(statistics.median(took))
        print(
            f"file by number among {contacts:,}: {told(took)} (target: p95 {MOST_FILE_MS:g} ms)", flush=True
        )
    print(
        f"ratio of the medians {middles[-1] / middles[0]:.2f} (target: at most {MOST_GROWTH:g})", flush=True
    )


def numbers(citizens: int) -> list[str]:
    """Of people spread alike over the busier half of a town of any size, whose files are therefore alike."""
    asked = AT_ONCE * (EACH + WARM)
    return [
        f"+336{3 + n * citizens // (2 * asked):08d}" for n in random.Random(3).sample(range(asked), asked)
    ]


def at_once(ports: list[int], cookie: str, act: Callable[[Agent, str], str], typed: list[str]) -> list[float]:
    """The milliseconds that `AT_ONCE` agents waited in `EACH` acts of each, once they are warm."""
    agents = [Agent(ports[n % len(ports)], cookie) for n in range(AT_ONCE)]

    def work(which: int) -> None:
        agent = agents[which]
        for n in range(WARM + EACH):
            if n == WARM:
                agent.took_ms.clear()
            act(agent, typed[(which * (WARM + EACH) + n) % len(typed)])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [spent for agent in agents for spent in agent.took_ms]


def told(took: list[float]) -> str:
    ordered = sorted(took)
    return (
        f"p50 {statistics.median(ordered):6.1f} ms, p95 {ordered[int(0.95 * len(ordered))]:6.1f} ms, "
        f"longest {ordered[-1]:6.1f} ms"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
