"""`python -m simulator`: the stand-in network in the foreground, until it is interrupted."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from pathlib import Path

from simulator.ground.numbers import normal
from simulator.ground.settings import Settings, secrets_of
from simulator.server import start


def main() -> None:
    asked = _arguments()
    account, token = secrets_of()
    lines = tuple((normal(number), name) for number, _, name in (each.partition("=") for each in asked.line))
    settings = Settings(
        account_sid=account,
        auth_token=token,
        portal_url=asked.portal.rstrip("/"),
        lines=lines or Settings.lines,
        data_dir=Path(asked.data_dir) if asked.data_dir else None,
        seed=asked.seed,
        pace=asked.pace,
        calls_per_second=asked.calls_per_second or None,
        advanced_opt_out=tuple(normal(number) for number in asked.opt_out),
    )
    running = start(settings, asked.host, asked.port)
    print(f"Telephone network on {running.url}, for the portal at {settings.portal_url}", flush=True)
    stop = threading.Event()
    for interruption in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interruption, lambda *_: stop.set())
    stop.wait()
    running.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("SIMULATOR_PORT", "8001")))
    parser.add_argument("--portal", default=os.environ.get("PUBLIC_BASE_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--line", action="append", default=[], help="a number of the portal's, NUMBER=NAME")
    parser.add_argument(
        "--opt-out", action="append", default=[], help="a line that knows ARRET, AIDE… as well"
    )
    parser.add_argument("--calls-per-second", type=float, default=1.0, help="placed by REST; 0: no limit")
    kept = os.environ.get("RELAIS_DATA_DIR", "var")
    parser.add_argument("--data-dir", default=kept, help=f"keep the history here ({kept}); empty: nowhere")
    parser.add_argument("--seed", type=int, default=1, help="of the misfortunes")
    parser.add_argument("--pace", type=float, default=1.0, help="0: speech takes no time; 1: as in life")
    return parser.parse_args()


if __name__ == "__main__":
    main()
