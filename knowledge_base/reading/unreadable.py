"""The refusal of the readers."""


class Unreadable(ValueError):
    """This file or member cannot be read; its text is a French sentence for whoever loads it."""
