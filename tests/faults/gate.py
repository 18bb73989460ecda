"""A door between us and PostgreSQL: shut, it refuses and cuts what is there; frozen, it takes and never answers."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit


class Gate:
    """Listens on a port of its own and passes everything on, while it is open."""

    def __init__(self, address: str) -> None:
        split = urlsplit(address)
        self._socket = parse_qs(split.query)["host"][0] + "/.s.PGSQL.5432" if split.query else ""
        self._host = (split.hostname or "127.0.0.1", split.port or 5432)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._flows = threading.Event()
        self._flows.set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.open = True
        user = f"{split.username}:{split.password or ''}@" if split.username else ""
        self.address = f"postgresql://{user}127.0.0.1:{self.port}{split.path}"
        threading.Thread(target=self._accept, daemon=True).start()

    def shut(self) -> None:
        """Nobody comes in any more, and those inside are put out."""
        self.open = False
        for pair in self._pairs:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def freeze(self) -> None:
        """What is said is heard no longer; nobody is told."""
        self._flows.clear()

    def reopen(self) -> None:
        self.shut()
        self._flows.set()
        self.open = True

    def _accept(self) -> None:
        while True:
            inside, _ = self._server.accept()
            if not self.open:
                inside.close()
                continue
            outside = self._reach()
            self._pairs.append((inside, outside))
            for one, other in ((inside, outside), (outside, inside)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _reach(self) -> socket.socket:
        if not self._socket:
            return socket.create_connection(self._host)
        reached = socket.socket(socket.AF_UNIX)
        reached.connect(self._socket)
        return reached

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                self._flows.wait()
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
