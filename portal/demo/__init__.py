"""The demo town: Valbrune, invented. Its content is data files; here is what puts them into the tables."""
