"""Importing the national directory: communes, kinds and offices, some at a time, told what became of each.

Reading what a source wrote is kept apart from writing it here. Nothing is written twice, nothing that was changed
here is overwritten, and a source that is cut short is gone on with where it stopped. The caller commits each batch.
"""
