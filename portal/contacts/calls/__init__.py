"""Calls as contacts: their life, the telephones that each is made of, what is kept of what was said."""
