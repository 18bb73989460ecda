"""Whether what we publish of others is still true: how old it is, who is asked, and what they correct."""
