"""Whose matter it is: the rules in force and their situations, and where they are silent, the articles."""
