"""Referral rules: drafted, tried, checked, kept right by examples, published, ranked by what became of people."""
