"""A bare Flask view beside each door of ours: it replays the door's statements and renders one template of its size.

`waitress bench.bare:app` serves it with the recordings of BENCH_RECORDINGS, over a pool like ours and straight on the
driver. What no two requests may share is drawn anew, so that writes are real, and what a table numbered is followed.
"""

from __future__ import annotations

import os
import pickle
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template
from psycopg.types.json import Json, Jsonb
from sqlalchemy import Engine, create_engine

from bench.recording import Recording, Step
from portal.config import read_settings
from portal.database import engine_options

Texts = dict[str, str]  # what a recorded text is this time
Numbers = dict[int, int]  # what a recorded number is this time


def make_app() -> Flask:
    app = Flask(__name__)
    url = read_settings().database_url
    engine = create_engine(url, **engine_options(url))
    for name, (recording, answer) in pickle.loads(Path(os.environ["BENCH_RECORDINGS"]).read_bytes()).items():
        view = _view(app, engine, recording, answer)
        app.add_url_rule(f"/{name}", name, view, methods=["GET", "POST"])
    return app


def _view(
    app: Flask, engine: Engine, recording: Recording, answer: tuple[int, str, str]
) -> Callable[[], Response]:
    status, mimetype, body = answer
    known = {number for step in recording.steps for number in step.inserted}
    changing = re.compile("|".join(map(re.escape, [*recording.unique, *map(str, known)])) or r"(?!)")
    steps = [(step, _changes(step.parameters, changing, known)) for step in recording.steps]
    template = app.jinja_env.from_string(f"{{% raw %}}{body[:-1]}{{% endraw %}}{{{{ last }}}}")

    def view() -> Response:
        texts, numbers = {text: _another(text) for text in recording.unique}, {}
        connections: dict[int, Any] = {}
        try:
            for step, changes in steps:
                if step.connection not in connections:
                    connections[step.connection] = engine.raw_connection()
                parameters = _again(step.parameters, texts, numbers) if changes else step.parameters
                _do(step, connections[step.connection], parameters, numbers)
        finally:
            for connection in connections.values():
                connection.close()
        return Response(render_template(template, last=body[-1:]), status, mimetype=mimetype)

    return view


def _do(step: Step, connection: Any, parameters: Any, numbers: Numbers) -> None:
    if step.act != "execute":
        getattr(connection, step.act)()
        return
    with connection.cursor() as cursor:
        if isinstance(parameters, list):
            cursor.executemany(step.statement, parameters)
            return
        cursor.execute(step.statement, parameters)
        if cursor.description:
            rows = cursor.fetchall()
            if step.inserted:
                numbers.update(zip(step.inserted, (row[0] for row in rows), strict=True))


def _changes(value: Any, changing: re.Pattern[str], known: set[int]) -> bool:
    """Whether these parameters speak of what differs from one request to the next."""
    if isinstance(value, dict):
        return any(_changes(one, changing, known) for one in value.values())
    if isinstance(value, list):
        return any(_changes(one, changing, known) for one in value)
    if isinstance(value, Json | Jsonb):
        return _changes(value.obj, changing, known)
    return (
        value in known if isinstance(value, int) else isinstance(value, str) and bool(changing.search(value))
    )


def _again(value: Any, texts: Texts, numbers: Numbers) -> Any:
    if isinstance(value, str):
        for text, new in texts.items():
            value = value.replace(text, new)
        for number, again in numbers.items():
            value = value.replace(str(number), str(again))
        return value
    if isinstance(value, int):
        return numbers.get(value, value)
    if isinstance(value, dict):
        return {name: _again(one, texts, numbers) for name, one in value.items()}
    if isinstance(value, list):
        return [_again(one, texts, numbers) for one in value]
    return type(value)(_again(value.obj, texts, numbers)) if isinstance(value, Json | Jsonb) else value


def _another(text: str) -> str:
    """Another text of the same kind: a number stays a number."""
    if text.startswith("+"):
        return text[:3] + f"{secrets.randbelow(10 ** (len(text) - 3)):0{len(text) - 3}}"
    return text[:2] + secrets.token_hex(len(text))[: len(text) - 2]


app = make_app() if "BENCH_RECORDINGS" in os.environ else None
