"""Calls: placed, ringing, carried out verb after verb, put through."""
