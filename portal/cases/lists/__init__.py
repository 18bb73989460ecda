"""Many cases at once: lists of them by what one looks for, the views that keep such a look, changes made to many.

A list is walked by its key, never counted: its page costs the same at the hundredth as at the first.
"""
