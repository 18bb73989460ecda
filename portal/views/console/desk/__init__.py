"""The desk: who waits, what rings, the hands on a call; and what every page of the console carries."""
