"""Letters: to which of our addresses they came, and which exchange each belongs to."""
