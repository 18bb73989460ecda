"""The doors: HTTP only. Guard, read the form, one or two verbs, commit, answer.

Each module or package listed here has a blueprint `bp`; each of its views names its guard (see `guards`).
"""

DOORS = (
    "site",
    "assets",
    "public",
    "sign_in",
    "console",
    "admin",
    "partner",
    "telephone",
    "api",
    "api.partners",
    "api.hsds",
    "demo",
)
