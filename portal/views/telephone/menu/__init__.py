"""A call in the menu of its line: what it hears first, the steps, and the ways out."""
