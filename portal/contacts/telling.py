"""Telling consoles that a contact is no longer as they show it."""

from __future__ import annotations

from portal import news
from portal.contacts.models import Contact


def tell_of(contact: Contact) -> None:
    """Its organization's desks, and whoever has it, have something new to see."""
    news.tell(f"desk:{contact.organization_id}")
    if contact.agent_id is not None:
        news.tell(f"staff:{contact.agent_id}")
