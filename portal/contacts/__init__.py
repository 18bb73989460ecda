"""Contacts: one exchange on one channel. It belongs to an identifier first, to a citizen once known."""
