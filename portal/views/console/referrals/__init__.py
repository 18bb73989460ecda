"""Referrals at the desk: those we sent, and those sent to us."""
