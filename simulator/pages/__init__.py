"""The page where anybody picks up a phone, and the same as JSON; the switches and the journal."""
