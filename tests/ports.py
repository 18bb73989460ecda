"""Ports of our own: nobody else is given one between the moment it is chosen and the moment its server listens."""

from __future__ import annotations

import socket

_held: list[socket.socket] = []


def free_port() -> str:
    """A port that is free and stays ours for the whole run.

    A socket is bound to it and never listens: a server that says SO_REUSEADDR, as all of ours do, may listen there as
    often as it likes, and until then connections are refused; but the system gives the port neither to another test
    worker that asks for any, nor to a connection that leaves.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _held.append(holder)
    return str(holder.getsockname()[1])
