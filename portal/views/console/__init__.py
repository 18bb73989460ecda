"""The console: who waits, who is calling, what came before, and the wrap-up. One sub-room a subject."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from portal.views.console.door import bp

for module in walk_packages(__path__, f"{__name__}."):
    import_module(module.name)  # each writes its doors on the blueprint

__all__ = ["bp"]
