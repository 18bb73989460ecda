"""The life of a rule: written, tried, exemplified, reviewed, planned, published, rolled back."""
