"""What contacts, cases and citizens say, kept as words to be found again. The words propose; the tables decide."""
