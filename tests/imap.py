"""A small IMAP server for tests: one mailbox, and the handful of commands that a reader sends. Real sockets, no TLS."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Box:
    """What the server holds. `hang_up_at`: the command at which it vanishes; `withheld`: letters it does not give;
    without `marks`, it lets nobody mark a letter."""

    port: int = 0
    uid_validity: int = 7
    letters: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    password: str = "secret"
    hang_up_at: str = ""
    read_only: bool = False
    marks: bool = True
    withheld: set[int] = field(default_factory=set)
    fetched: list[int] = field(default_factory=list)
    before: dict[str, Callable[[], object]] = field(default_factory=dict)  # done as a command comes

    def put(self, raw: bytes) -> int:
        uid = max(self.letters, default=0) + 1
        self.letters[uid] = raw
        return uid


class _Session(socketserver.StreamRequestHandler):
    box: Box

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode("latin-1").strip().partition(" ")
            name, _, given = rest.partition(" ")
            if name == "UID":
                name, _, given = given.partition(" ")
            if self.box.hang_up_at == name:
                return
            self.box.before.get(name, bool)()
            answer = getattr(self, f"do_{name.lower()}", self.do_nothing)(given)
            self.say(f"{tag} {answer or 'OK done'}")
            if name == "LOGOUT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode("latin-1") + b"\r\n")

    def do_nothing(self, _given: str) -> str:
        return "OK nothing"

    def do_capability(self, _given: str) -> None:
        self.say("* CAPABILITY IMAP4REV1")

    def do_login(self, given: str) -> str:
        return "OK signed in" if self.box.password in given else "NO [AUTHENTICATIONFAILED] no"

    def do_select(self, given: str) -> str:
        if "INBOX" not in given.upper():
            return "NO no such folder"
        self.say(f"* {len(self.box.letters)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.box.uid_validity}]")
        self.say(f"* OK [UIDNEXT {max(self.box.letters, default=0) + 1}]")
        return f"OK [READ-{'ONLY' if self.box.read_only else 'WRITE'}] selected"

    def do_search(self, given: str) -> None:
        found = sorted(self.box.letters)
        after = re.search(r"UID (\d+):\*", given)
        if after:
            found = [uid for uid in found if uid >= int(after.group(1))] or found[-1:]
        if "UNSEEN" in given:
            found = [uid for uid in found if uid not in self.box.seen]
        self.say("* SEARCH " + " ".join(map(str, found)))

    def do_fetch(self, given: str) -> str:
        number, _, what = given.partition(" ")
        raw = self.box.letters.get(int(number))
        if int(number) in self.box.withheld:
            return "NO this one cannot be read"
        if raw is None:
            return ""
        if "SIZE" in what:
            self.say(f"* 1 FETCH (UID {number} RFC822.SIZE {len(raw)})")
            return ""
        self.box.fetched.append(int(number))
        part = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in what else raw
        self.wfile.write(f"* 1 FETCH (UID {number} BODY[] {{{len(part)}}}\r\n".encode() + part + b")\r\n")
        return ""

    def do_store(self, given: str) -> str:
        if not self.box.marks:
            return "NO not permitted"
        self.box.seen.add(int(given.split(maxsplit=1)[0]))
        return ""


@contextmanager
def serve() -> Iterator[Box]:
    """The server, running until the end of the block."""
    box = Box()

    class Session(_Session):
        pass

    Session.box = box
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        address: Any = server.server_address
        box.port = address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield box
        server.shutdown()
