"""Articles: what we answer. Topics, articles in each language, documents to download, and the search over them."""
