"""Serving: the rooms of the domain, which know no HTTP, and the doors that people and networks come in by."""
