"""The directory in the Human Services Data Specification 3.0 (HSDS, Open Referral): read from it, written in it.

Our columns hold what we use. What a record says is kept whole beside them, in `hsds`, and said again word for word
wherever reading it anew gives what our columns have; where somebody changed a column since, the column is said.
So what goes in comes out field for field, and what is changed here is never hidden by what was said elsewhere.
"""

NAME, VERSION = "HSDS", "3.0"
