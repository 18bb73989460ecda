"""How the host's public pages look: its name, its colour and its logo, drafted, previewed, then published."""
