"""What citizens read: articles, documents, topics."""
