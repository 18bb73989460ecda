"""Finding: a search library for public-service answers. No Flask, no database, no citizens.

Readers turn sources into `Sheet`s, an index of `Entry`s is built on disk and swapped in whole, and a
`Searcher` answers questions over it. Usable alone: `python -m knowledge_base`.
"""
