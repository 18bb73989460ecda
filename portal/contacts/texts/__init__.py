"""Texts: those we write, and whether they may go; those that come, with their pictures or as a word that asks."""
