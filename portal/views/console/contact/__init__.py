"""One contact: who it is, what was said, what to answer, where to send, how it ended."""
