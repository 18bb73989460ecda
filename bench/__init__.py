"""Measurements: what `bench/README.md` shows, made again by `python -m bench`."""
