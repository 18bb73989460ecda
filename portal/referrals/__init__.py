"""Referrals: sending someone to the service whose matter it is. The rules that decide it, and each hand-over."""
