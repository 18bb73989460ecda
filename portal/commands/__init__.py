"""Commands: `flask --app wsgi NAME`. One file a subject; each ends in the commit of what it did."""

from __future__ import annotations

from flask import Flask

from portal.commands.staff import create_staff
from portal.commands.work import work


def init_app(app: Flask) -> None:
    for command in (work, create_staff):
        app.cli.add_command(command)
