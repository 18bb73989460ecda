"""The console: who waits, who is calling, what came before, and the wrap-up. One file a subject."""

from __future__ import annotations

from portal.views.console import (
    articles,
    attachments,
    brought,
    by_hand,
    call,
    case_changes,
    case_lists,
    citizens,
    contacts,
    desk,
    directory,
    editing,
    finding,
    identity,
    live,
    readings,
    referrals,
    room,
    scripts,
    wrapping_up,
    writing,
)
from portal.views.console.door import bp

__all__ = [
    "articles",
    "attachments",
    "bp",
    "brought",
    "by_hand",
    "call",
    "case_changes",
    "case_lists",
    "citizens",
    "contacts",
    "desk",
    "directory",
    "editing",
    "finding",
    "identity",
    "live",
    "readings",
    "referrals",
    "room",
    "scripts",
    "wrapping_up",
    "writing",
]
