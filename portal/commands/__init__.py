"""Commands: `flask --app wsgi NAME`. One file a subject; each ends in the commit of what it did."""

from __future__ import annotations

from flask import Flask

from portal.commands.demo import load_demo
from portal.commands.directory import import_communes, import_directory
from portal.commands.documents import import_documents
from portal.commands.guides import import_guides
from portal.commands.history import index_history
from portal.commands.hours import evaluate_hours
from portal.commands.hsds import export_hsds, import_hsds
from portal.commands.mail import receive_mail
from portal.commands.offices import evaluate_offices
from portal.commands.referrals import evaluate_referrals
from portal.commands.reports import count_days
from portal.commands.rules import check_rules
from portal.commands.search import evaluate_search, reindex
from portal.commands.staff import create_staff
from portal.commands.staffing import check_erlang, show_queues
from portal.commands.telephone import check_signatures
from portal.commands.work import work

COMMANDS = (
    work,
    receive_mail,
    create_staff,
    load_demo,
    import_guides,
    import_documents,
    import_hsds,
    export_hsds,
    import_communes,
    import_directory,
    reindex,
    index_history,
    evaluate_search,
    evaluate_hours,
    evaluate_referrals,
    check_rules,
    evaluate_offices,
    check_signatures,
    check_erlang,
    show_queues,
    count_days,
)


def init_app(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)
