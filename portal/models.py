"""Every table, in the order of the floors, for what needs to know them all: migrations and tests."""

from portal import budgets, history, jobs, news
from portal.articles import models as articles
from portal.cases import models as cases
from portal.cases.lists import models as lists
from portal.citizens import models as citizens
from portal.contacts import models as contacts
from portal.desk import models as desk
from portal.directory import models as directory
from portal.directory.appearance import models as appearance
from portal.directory.confirming import asking, correcting
from portal.directory.hsds import models as hsds
from portal.lines import models as lines
from portal.mail import models as mail
from portal.records import models as records
from portal.referrals import models as referrals
from portal.reports import models as reports
from portal.scripts import models as scripts
from portal.staff import models as staff
from portal.telephony import models as telephony

__all__ = [
    "appearance",
    "articles",
    "asking",
    "budgets",
    "cases",
    "citizens",
    "contacts",
    "correcting",
    "desk",
    "directory",
    "history",
    "hsds",
    "jobs",
    "lines",
    "lists",
    "mail",
    "news",
    "records",
    "referrals",
    "reports",
    "scripts",
    "staff",
    "telephony",
]
