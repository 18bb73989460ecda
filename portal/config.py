"""Every setting, once, with its meaning. Settings come from the environment.

In `demo` mode secrets are drawn once and kept under the data folder; in `production` a missing one stops the
program with its name.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from portal import clock

LANGUAGES = {"fr": "français", "en": "anglais", "ar": "arabe"}  # in which we write, as staff name them
SECRETS = ("SECRET_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
TWO_TOKENS_DAYS = 30  # the longest that a token may outlive its successor


class Incomplete(SystemExit):
    """A setting without which the program must not start."""


@dataclass(frozen=True, slots=True)
class Settings:
    mode: str  # RELAIS_MODE: demo (default) or production
    data_dir: Path  # RELAIS_DATA_DIR: database file, index, uploads, demo secrets
    spool_dir: Path  # RELAIS_SPOOL_DIR: what came while the database was away; on a disk of this machine
    database_url: str  # DATABASE_URL: PostgreSQL in production; a file under data_dir otherwise
    port: int  # PORT: where the portal listens
    simulator_port: int  # SIMULATOR_PORT: where the stand-in network listens (demo)
    public_base_url: str  # PUBLIC_BASE_URL: the address citizens and the network know us by
    secret_key: str  # SECRET_KEY: signs cookies and form tokens, salts one-time codes
    twilio_account_sid: str  # TWILIO_ACCOUNT_SID: account at the telephone network
    twilio_auth_token: str  # TWILIO_AUTH_TOKEN: primary token; it signs what the network tells us
    twilio_auth_token_old: str  # TWILIO_AUTH_TOKEN_OLD: the former token, accepted during a rotation
    twilio_auth_token_old_until: datetime | None  # TWILIO_AUTH_TOKEN_OLD_UNTIL: its last day, as 2026-12-05
    twilio_base_url: str  # TWILIO_BASE_URL: another address for the network's REST calls (demo: the stand-in)
    # TWILIO_CALLS_PER_SECOND: what the account may place; 1 unless it was raised
    twilio_calls_per_second: float
    # AGENTS_PRESS_1: numbers (default), always or never: whom a voicemail could answer for
    agents_press_1: str
    smtp_host: str  # SMTP_HOST: empty keeps letters in the mailbox page (demo)
    smtp_port: int  # SMTP_PORT
    smtp_user: str  # SMTP_USER: empty for a relay that asks for no sign-in
    smtp_password: str  # SMTP_PASSWORD
    smtp_from: str  # SMTP_FROM: the sender of our letters
    imap_host: str  # IMAP_HOST: the mailbox that is read; empty reads none
    imap_port: int  # IMAP_PORT: 993 speaks TLS at once; any other asks for it first (STARTTLS)
    imap_user: str  # IMAP_USER
    imap_password: str  # IMAP_PASSWORD
    imap_folder: str  # IMAP_FOLDER: the folder that letters come into
    attachments_mb: int  # RELAIS_ATTACHMENTS_MB: how heavy the files of one message may be, all together
    private_webhooks: bool  # RELAIS_PRIVATE_WEBHOOKS: 1 tells partners inside our own network too
    stale_months: int  # RELAIS_STALE_MONTHS: how long what an owner confirmed is believed
    keep_traces_days: int  # RELAIS_KEEP_TRACES_DAYS: what the network told, and work that is done
    keep_counters_days: int  # RELAIS_KEEP_COUNTERS_DAYS: counters of limits, and one-time codes that ran out
    # RELAIS_CONFIRMATIONS_A_DAY: how many letters may ask owners to confirm, each day
    confirmations_a_day: int
    timezone: str  # RELAIS_TIMEZONE: local time on screens
    # RELAIS_PROXY_HOPS: trusted proxies in front of us (X-Forwarded-For is believed that deep)
    proxy_hops: int

    @property
    def demo(self) -> bool:
        return self.mode == "demo"

    @property
    def index_dir(self) -> Path:
        return self.data_dir / "index"

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"

    @property
    def attachments_dir(self) -> Path:
        return self.files_dir / "attachments"

    @property
    def letters_dir(self) -> Path:
        return self.files_dir / "letters"

    @property
    def mail_spool(self) -> Path:
        return self.spool_dir / "mail"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises `Incomplete` (the program stops) naming what production lacks."""
    mode = environ.get("RELAIS_MODE", "demo")
    if mode not in ("demo", "production"):
        raise Incomplete(f"RELAIS_MODE is {mode!r}: it must be demo or production")
    data_dir = Path(environ.get("RELAIS_DATA_DIR", "var")).resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    kept = _secrets(mode, data_dir, environ)
    port = int(environ.get("PORT", "8000"))
    simulator_port = int(environ.get("SIMULATOR_PORT", str(port + 1)))
    stand_in = f"http://127.0.0.1:{simulator_port}" if mode == "demo" else ""
    return Settings(
        mode=mode,
        data_dir=data_dir,
        spool_dir=Path(environ.get("RELAIS_SPOOL_DIR", data_dir / "spool")).resolve(),
        database_url=_driver(environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'relais.db'}"),
        port=port,
        simulator_port=simulator_port,
        public_base_url=environ.get("PUBLIC_BASE_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        secret_key=kept["SECRET_KEY"],
        twilio_account_sid=kept["TWILIO_ACCOUNT_SID"],
        twilio_auth_token=kept["TWILIO_AUTH_TOKEN"],
        twilio_auth_token_old=environ.get("TWILIO_AUTH_TOKEN_OLD", ""),
        twilio_auth_token_old_until=_until(environ),
        twilio_base_url=environ.get("TWILIO_BASE_URL", stand_in).rstrip("/"),
        twilio_calls_per_second=float(environ.get("TWILIO_CALLS_PER_SECOND", "1")),
        agents_press_1=environ.get("AGENTS_PRESS_1", "numbers"),
        smtp_host=environ.get("SMTP_HOST", ""),
        smtp_port=int(environ.get("SMTP_PORT", "587")),
        smtp_user=environ.get("SMTP_USER", ""),
        smtp_password=environ.get("SMTP_PASSWORD", ""),
        smtp_from=environ.get("SMTP_FROM", "relais@localhost"),
        imap_host=environ.get("IMAP_HOST", ""),
        imap_port=int(environ.get("IMAP_PORT", "993")),
        imap_user=environ.get("IMAP_USER", ""),
        imap_password=environ.get("IMAP_PASSWORD", ""),
        imap_folder=environ.get("IMAP_FOLDER", "INBOX"),
        attachments_mb=int(environ.get("RELAIS_ATTACHMENTS_MB", "25")),
        private_webhooks=environ.get("RELAIS_PRIVATE_WEBHOOKS", "") == "1",
        stale_months=int(environ.get("RELAIS_STALE_MONTHS", "12")),
        keep_traces_days=int(environ.get("RELAIS_KEEP_TRACES_DAYS", "183")),
        keep_counters_days=int(environ.get("RELAIS_KEEP_COUNTERS_DAYS", "30")),
        confirmations_a_day=int(environ.get("RELAIS_CONFIRMATIONS_A_DAY", "50")),
        timezone=environ.get("RELAIS_TIMEZONE", "Europe/Paris"),
        proxy_hops=int(environ.get("RELAIS_PROXY_HOPS", "0")),
    )


def _until(environ: Mapping[str, str]) -> datetime | None:
    """When a former token that was given ends. Its day may be over: it is then refused, and the program starts."""
    if not environ.get("TWILIO_AUTH_TOKEN_OLD"):
        return None
    name = "TWILIO_AUTH_TOKEN_OLD_UNTIL"
    given, timezone = environ.get(name, ""), environ.get("RELAIS_TIMEZONE", "Europe/Paris")
    if not given:
        raise Incomplete(f"{name} is not set: TWILIO_AUTH_TOKEN_OLD needs its last day, as 2026-12-05")
    try:
        end = clock.over_at(date.fromisoformat(given), timezone)
    except ValueError:
        raise Incomplete(f"{name} is {given!r}: it must be a day, as 2026-12-05") from None
    if end > clock.now() + timedelta(days=TWO_TOKENS_DAYS + 1):
        raise Incomplete(f"{name} is {given}: it must be within {TWO_TOKENS_DAYS} days")
    return end


def _driver(url: str) -> str:
    """Names the driver we install, whichever of the two usual spellings of a PostgreSQL address was given."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _secrets(mode: str, data_dir: Path, environ: Mapping[str, str]) -> dict[str, str]:
    given = {name: environ[name] for name in SECRETS if environ.get(name)}
    lacking = [name for name in SECRETS if name not in given]
    if not lacking:
        return given
    if mode == "production":
        raise Incomplete(f"{lacking[0]} is not set: production needs it")
    return {**_drawn(data_dir / "secrets.json"), **given}


def _drawn(path: Path) -> dict[str, str]:
    """Demo secrets, drawn once. Linked into place, so that of two processes starting together one wins for both."""
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        drawn = {
            "SECRET_KEY": secrets.token_hex(32),
            "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        }
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(drawn))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    kept: dict[str, str] = json.loads(path.read_text())
    return kept
