"""Searching history, and the file by phone number: eight agents at a time, over HTTP.

A search is what an agent waits for: the form sent, then the page of what was found. So is the file: the number sent,
who answers to it, and the file of the first. Over 1,000,000 contacts in PostgreSQL, and 100,000 in SQLite.
"""

from __future__ import annotations

import http.client
import random
import re
import statistics
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from bench import fill, past, place
from bench.asking import FORM, sign_in
from portal.app import create_app
from portal.config import read_settings
from portal.records import words

MANY, SOME, FEW = 1_000_000, 100_000, 10_000
AT_ONCE, EACH = 8, 25
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


def main() -> None:
    with place.folder() as folder, place.postgresql() as database:
        many = place.town(folder / "many", database("many"))
        fill.fill(many["DATABASE_URL"], contacts=MANY)
        index_filled(many["DATABASE_URL"])
        few = place.town(folder / "few", database("few"))
        fill.fill(few["DATABASE_URL"], contacts=FEW, heavy=0)
        some = place.town(folder / "some")
        fill.fill(read_settings(some).database_url, contacts=SOME)
        place.flask(some, "index-history")
        measure_searches(f"PostgreSQL, {MANY:,} contacts", many)
        measure_searches(f"SQLite, {SOME:,} contacts", some)
        measure_files(few, many)


def index_filled(database_url: str) -> None:
    """What `index-history` would write of a filled database: an hour of reading the same sentences is spared."""
    script = re.sub(r"--.*", "", (Path(__file__).parent / "filled.sql").read_text(encoding="utf-8"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE said (words text PRIMARY KEY, terms tsvector)")
        said = {text: " ".join(sorted(words.terms(text))) for _, _, text in past.sentences()}
        with connection.cursor().copy("COPY said FROM STDIN") as copy:
            for row in said.items():
                copy.write_row(row)
        for statement in script.split(";"):
            connection.execute(statement)
        seen = {part: raw.lower() for text in said for raw, part, _ in words.read(text) if part.isalpha()}
        with connection.cursor().copy("COPY seen_words FROM STDIN") as copy:
            for word, written in seen.items():
                copy.write_row((1, word, word[::-1], written, 1))
        connection.execute("VACUUM ANALYZE")


@dataclass
class Agent:
    """Somebody at the desk, on a connection that stays open."""

    port: int
    cookie: str
    token: str = ""
    took_ms: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", self.port)
        found = re.search(r'name="csrf_token" value="([^"]+)"', self._ask("GET", "/console/citizens")[1])
        self.token = found[1] if found else ""

    def search(self, typed: str) -> str:
        """The page of what was found."""
        began = time.perf_counter()
        page = self._find(typed)
        self.took_ms.append(1000 * (time.perf_counter() - began))
        return page

    def open_file(self, number: str) -> str:
        began = time.perf_counter()
        found = re.search(r"/console/citizens/\d+", self._find(number))
        page = self._ask("GET", found[0] if found else "/")[1]
        self.took_ms.append(1000 * (time.perf_counter() - began))
        return page

    def _find(self, typed: str) -> str:
        fields = urlencode({"csrf_token": self.token, "who": typed})
        return self._ask("GET", self._ask("POST", "/console/find", fields)[0])[1]

    def _ask(self, method: str, path: str, body: str = "") -> tuple[str, str]:
        self._line.request(method, path, body, {**FORM, "Cookie": self.cookie})
        answer = self._line.getresponse()
        text = answer.read().decode()
        for given in answer.headers.get_all("Set-Cookie", []):
            if given.startswith("relais="):  # a page with a form puts its token there
                self.cookie = given.split(";")[0]
        if answer.status >= 400:
            raise SystemExit(f"{path}: {answer.status}")
        return answer.headers.get("Location", ""), text


def measure_searches(title: str, environ: Mapping[str, str]) -> None:
    """Prints how long each kind of search takes."""
    print(f"{title}, {AT_ONCE} at a time (target: p95 {MOST_SEARCH_MS:g} ms)", flush=True)
    cookie = sign_in(create_app(read_settings(environ)))
    with place.served("wsgi:app", environ, 2) as ports:
        for name, texts in SEARCHES.items():
            took = at_once(ports, cookie, Agent.search, texts)
            print(f"  {name:10} {told(took)}", flush=True)


def measure_files(few: Mapping[str, str], many: Mapping[str, str]) -> None:
    """Prints how long the file of a number takes, among few contacts and among many."""
    chance = random.Random(3)
    numbers = [f"+336{n:08d}" for n in chance.sample(range(3, 50_000), AT_ONCE * EACH + 40)]
    middle = []
    for contacts, environ in ((FEW, few), (MANY, many)):
        cookie = sign_in(create_app(read_settings(environ)))
        with place.served("wsgi:app", environ, 2) as ports:
            took = at_once(ports, cookie, Agent.open_file, numbers)
        middle.append(statistics.median(took))
        print(
            f"file by number among {contacts:,}: {told(took)} (target: p95 {MOST_FILE_MS:g} ms)", flush=True
        )
    print(f"ratio of the medians {middle[1] / middle[0]:.2f} (target: at most {MOST_GROWTH:g})")


def at_once(ports: list[int], cookie: str, act: Callable[[Agent, str], str], typed: list[str]) -> list[float]:
    """The milliseconds of `EACH` acts of each of `AT_ONCE` agents, once they are warm."""
    agents = [Agent(ports[n % len(ports)], cookie) for n in range(AT_ONCE)]

    def work(which: int) -> None:
        for n in range(EACH + 2):
            act(agents[which], typed[(which * EACH + n) % len(typed)])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [spent for agent in agents for spent in agent.took_ms[2:]]


def told(took: list[float]) -> str:
    ordered = sorted(took)
    return (
        f"p50 {statistics.median(ordered):6.1f} ms, p95 {ordered[int(0.95 * len(ordered))]:6.1f} ms, "
        f"longest {ordered[-1]:6.1f} ms"
    )


if __name__ == "__main__":
    main()
