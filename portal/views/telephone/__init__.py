"""The telephone doors: what the network asks and tells. Signed by it, never by a person. One sub-room a subject."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from flask import Blueprint

SIGNED = True

bp = Blueprint("telephone", __name__, url_prefix="/telephone")

for module in walk_packages(__path__, f"{__name__}."):
    import_module(module.name)  # each writes its doors on the blueprint
