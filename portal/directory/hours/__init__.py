"""Hours of offices and lines: a week in local time, public holidays, working days, and when the clocks change."""
