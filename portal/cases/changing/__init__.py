"""Changes of several things at once, each told in words and undone as one."""
