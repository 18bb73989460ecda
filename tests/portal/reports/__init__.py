"""What is counted after the fact."""
