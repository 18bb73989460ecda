"""The desk: who waits, in which queue, and who takes them."""
