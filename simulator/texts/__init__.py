"""Texts both ways, and what becomes of them."""
