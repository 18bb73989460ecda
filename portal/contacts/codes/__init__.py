"""Codes of a few digits: those that prove whose telephone it is, and those that bring a page into a call or a text."""
