"""Lines: our numbers, when they are open, and what they say: the welcome and the menu."""
