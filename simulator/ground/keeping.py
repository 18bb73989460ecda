"""Keeping the history in a file, so that a network that is started again remembers its texts and calls."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

from simulator.ground.records import Call, Callback, Heard, Line, Phone, Queue, Recording, Text

if TYPE_CHECKING:
    from simulator.ground.network import Network

FILE = "simulator.json"
SAVE_EVERY_S = 1.0
# The last of each kind; writing more each second would slow what goes on.
SAVED = 2000
TABLES = {"texts": Text, "recordings": Recording, "lines": Line, "phones": Phone}


def load(network: Network) -> None:
    """Read what an earlier run left. A call that was going on then has failed: nobody holds it any more."""
    path = _path(network)
    if path is None or not path.is_file():
        return
    kept = json.loads(path.read_text(encoding="utf-8"))
    for table, record in TABLES.items():
        for key, value in kept[table].items():
            getattr(network, table)[key] = record(**value)
    for sid, value in kept["calls"].items():
        network.calls[sid] = _call(value)
    network.queues = {
        sid: Queue(**value | {"waiting": [], "since": {}}) for sid, value in kept["queues"].items()
    }
    network.stopped = {(line, phone) for line, phone in kept["stopped"]}


def save(network: Network) -> None:
    path = _path(network)
    if path is None:
        return
    with network.changed:
        last = {name: list(getattr(network, name).items())[-SAVED:] for name in (*TABLES, "calls")}
        kept: dict[str, Any] = {"queues": _plain(list(network.queues.items()))}
        kept["stopped"] = sorted(network.stopped)
    kept |= {name: _plain(things) for name, things in last.items()}  # long, and nobody need wait for it
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{threading.get_ident()}")
    draft.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def keep_saving(network: Network) -> None:
    """Save after changes, at most once a second, until the network closes."""
    if _path(network) is None:
        return

    def run() -> None:
        while not network.closed:
            network.wait_for_change(3600)
            save(network)
            network.wait(lambda: False, SAVE_EVERY_S, FILE)

    threading.Thread(target=run, name="keeping", daemon=True).start()


def _path(network: Network) -> Path | None:
    folder = network.settings.data_dir
    return folder / FILE if folder else None


def _plain(things: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: asdict(value) for key, value in things}


def _call(value: dict[str, Any]) -> Call:
    transcript = [Heard(**heard) for heard in value.pop("transcript")]
    told = value.pop("callback")
    call = Call(**value, transcript=transcript, callback=Callback(**told | {"events": tuple(told["events"])}))
    if call.live:
        call.status, call.ended = "failed", time()
    return call
