"""Open consoles: each does what the scripts of its page do, on connections that stay open. One process has them all."""

from __future__ import annotations

import asyncio
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any

ASK_S, APART_S, SPREAD_S = 0.5, 5.0, 1.0  # as in static/js
TICKET = re.compile(r'data-ticket="([^"]+)" data-numbers="([\d.]+)"')


def quantile(values: list[float], part: float) -> float:
    ordered = sorted(values) or [0.0]
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


@dataclass
class Seen:
    """When each offer was in a console's hands, and what each kind of question took."""

    offers: dict[int, float] = field(default_factory=dict)
    put_off: int = 0
    took: dict[str, list[float]] = field(default_factory=lambda: {"news": [], "strip": [], "list": []})

    def summary(self) -> dict[str, tuple[float, float, int]]:
        return {
            name: (1000 * quantile(times, 0.5), 1000 * quantile(times, 0.95), len(times))
            for name, times in self.took.items()
        }


class Browser:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: Any = None

    async def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        lines = [
            f"GET {path} HTTP/1.1",
            "Host: bench",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        said = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        body = await reader.readexactly(int(said.get("content-length", 0)))
        if said.get("connection", "").lower() == "close":
            writer.close()
            self.streams = None
        return int(head[0].split()[1]), said, body.decode()


class Console:
    def __init__(self, port: int, cookie: str, seen: Seen) -> None:
        self.cookie, self.seen = cookie, seen
        self.worker, self.page, self.desk = Browser(port), Browser(port), Browser(port)
        self.ticket, self.numbers, self.tag, self.listed = "", [0, 0, 0], "", 0.0
        self.listing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        _, _, strip = await self.page.get("/console/now", Cookie=self.cookie)
        found = TICKET.search(strip)
        assert found, strip[:400]
        self.ticket, self.numbers = found[1], [int(one) for one in found[2].split(".")]

    async def live(self, stop: asyncio.Event) -> None:
        await asyncio.sleep(random.random() * ASK_S)
        while not stop.is_set():
            _, _, numbers = await self._timed(
                "news", self.worker, "/console/news", Authorization=f"Ticket {self.ticket}"
            )
            now = [int(one) for one in numbers.split(".")]
            news = [new > old for new, old in zip(now, self.numbers, strict=True)]
            self.numbers = [max(pair) for pair in zip(now, self.numbers, strict=True)]
            if news[1] and (self.listing is None or self.listing.done()):
                self.listing = asyncio.create_task(self._list())
            if news[0] or news[2]:
                await self._look()
            await asyncio.sleep(ASK_S)

    async def _look(self) -> None:
        _, _, strip = await self._timed("strip", self.page, "/console/now", Cookie=self.cookie)
        ringing = re.search(r'data-ringing="(\d+)"', strip)
        if ringing:
            self.seen.offers.setdefault(int(ringing[1]), time.monotonic())

    async def _list(self) -> None:
        await asyncio.sleep(max(0.0, self.listed + APART_S - time.monotonic()) + random.random() * SPREAD_S)
        self.listed = time.monotonic()
        kept = {"If-None-Match": self.tag} if self.tag else {}
        _, said, _ = await self._timed("list", self.desk, "/console/waiting", Cookie=self.cookie, **kept)
        self.tag = said.get("etag", self.tag)

    async def _timed(
        self, kind: str, browser: Browser, path: str, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        began = time.monotonic()
        answer = await browser.get(path, **headers)
        self.seen.took[kind].append(time.monotonic() - began)
        if answer[0] == 503 and kind == "list":
            self.seen.put_off += 1
        elif answer[0] not in (200, 304):
            raise SystemExit(f"{path}: {answer[0]}")
        return answer


def stay_open(port: int, cookies: list[tuple[int, str]], pipe: Any) -> None:
    asyncio.run(_live(port, cookies, pipe))


async def _live(port: int, cookies: list[tuple[int, str]], pipe: Any) -> None:
    seen, stop = Seen(), asyncio.Event()
    consoles = [Console(port, cookie, seen) for _, cookie in cookies]
    for one in consoles:
        await one.open()
    lives = [asyncio.create_task(one.live(stop)) for one in consoles]
    pipe.send("open")
    began, busy = time.monotonic(), time.process_time()
    await asyncio.to_thread(pipe.recv)
    await asyncio.sleep(2)
    own = 100 * (time.process_time() - busy) / (time.monotonic() - began)
    stop.set()
    await asyncio.gather(*lives)
    pipe.send((seen.offers, seen.summary(), own))
