"""Cases: a matter followed over time, its public reference, and what was promised by when."""
