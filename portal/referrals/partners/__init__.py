"""Organizations that take referrals: how, by which key, and what their systems are told."""
