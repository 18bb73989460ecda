"""Trees that people or callers are led through: menus and scripts, step by step, drawn, in versions."""
