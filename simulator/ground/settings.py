"""What the stand-in network is told when it starts."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

DEMO_ACCOUNT_SID = "AC" + "0" * 32
TEXT_PREFIXES = ("+33", "+262", "+508", "+590", "+594", "+596", "+681", "+687", "+689", "+1500555")


@dataclass(frozen=True)
class Settings:
    account_sid: str = DEMO_ACCOUNT_SID
    auth_token: str = "demo-token"  # noqa: S105 (this network leads nowhere)
    portal_url: str = "http://127.0.0.1:8000"
    # Where the portal reaches us: recordings are addressed from here.
    own_url: str = "http://127.0.0.1:8001"
    # The numbers that lead to the portal and are proposed to dial: (number, name).
    lines: tuple[tuple[str, str], ...] = (("+33199000010", "Mairie"), ("38010", "Mairie, textos"))
    # History is kept here from one run to the next; None keeps it in memory alone.
    data_dir: Path | None = None
    seed: int = 1
    # How long speech, music and pauses last: 1 as in life, 0 not at all.
    pace: float = 1.0
    # How long a key, a word, somebody to pick up are waited for: 1 as in life.
    patience: float = 1.0
    # How long the portal has to answer a webhook.
    webhook_timeout_s: float = 15.0
    # Between two states of a text, and before a phone rings, in seconds.
    step_s: float = 0.4
    # A waiting document that says nothing is not asked for again before this.
    hold_s: float = 3.0
    # Calls placed by REST in a second, the others stand behind them; None lets them all through at once.
    calls_per_second: float | None = 1.0
    # Where texts may go: the country and the overseas territories, and the numbers of Twilio's test credentials.
    text_prefixes: tuple[str, ...] = TEXT_PREFIXES
    # Lines whose service answers STOP, START and HELP in French as well, and tells the portal which it was.
    advanced_opt_out: tuple[str, ...] = ()
    # So many calls, and as many texts, are remembered; the oldest that are over go first.
    remembered: int = 20_000


def secrets_of(environment: dict[str, str] | None = None) -> tuple[str, str]:
    """The account and token the portal uses: from the environment, else from the file it keeps them in."""
    known = dict(os.environ if environment is None else environment)
    path = Path(known.get("RELAIS_DATA_DIR", "var")) / "secrets.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    account = known.get("TWILIO_ACCOUNT_SID") or kept.get("TWILIO_ACCOUNT_SID") or Settings.account_sid
    token = known.get("TWILIO_AUTH_TOKEN") or kept.get("TWILIO_AUTH_TOKEN") or Settings.auth_token
    return account, token
