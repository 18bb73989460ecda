"""What is due, and by when: the clocks of a matter, what is undertaken, what was promised, who is told in time."""
