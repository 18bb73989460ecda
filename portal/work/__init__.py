"""The doors of the worker: one file per kind of job. Each step ends in its commit.

A handler is called with its job already leased and committed. It may be begun twice, by a worker that took over
from one that died; it ends with `jobs.finish(job)` and a commit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from portal import jobs
from portal.articles import index
from portal.jobs import Job
from portal.work import (
    forget_codes,
    forget_traces,
    index_entries,
    read_mail,
    sweep_calls,
    sweep_files,
    sweep_jottings,
    sweep_texts,
)
from portal.work.ask_owner import ask_owner
from portal.work.ask_owners import EVERY as ASKED_EVERY
from portal.work.ask_owners import ask_owners
from portal.work.call_code import call_code
from portal.work.change_cases import change_cases
from portal.work.check_presence import check_presence
from portal.work.check_rules import check_rules
from portal.work.connect_call import connect_call
from portal.work.context import settings
from portal.work.count_again import EVERY as COUNTED_AGAIN_EVERY
from portal.work.count_again import count_again
from portal.work.count_days import EVERY as COUNTED_EVERY
from portal.work.count_days import count_days
from portal.work.end_flags import EVERY as ENDED_EVERY
from portal.work.end_flags import end_flags
from portal.work.end_wrap_up import end_wrap_up
from portal.work.expire_offer import expire_offer
from portal.work.fetch_picture import fetch_picture
from portal.work.fetch_recording import fetch_recording
from portal.work.follow_records import EVERY as FOLLOWED_EVERY
from portal.work.follow_records import follow_records
from portal.work.make_export import make_export
from portal.work.match import match
from portal.work.move_leg import move_leg
from portal.work.place_call import place_call
from portal.work.propose_doubles import EVERY as COMPARED_EVERY
from portal.work.propose_doubles import propose_doubles
from portal.work.publish_rules import publish_rules
from portal.work.purge_recordings import EVERY as PURGED_EVERY
from portal.work.purge_recordings import purge_recordings
from portal.work.receive_letter import receive_letter
from portal.work.remind_referrals import EVERY as REMINDED_EVERY
from portal.work.remind_referrals import remind_referrals
from portal.work.send_code import send_code
from portal.work.send_email import send_email
from portal.work.send_text import send_text
from portal.work.tell_administrators import tell_administrators
from portal.work.tell_answered import tell_answered
from portal.work.tell_author import tell_author
from portal.work.tell_partner import tell_partner
from portal.work.tell_referred import tell_referred
from portal.work.watch_clocks import EVERY as WATCHED_EVERY
from portal.work.watch_clocks import watch_clocks
from portal.work.write_to_receiver import write_to_receiver

KINDS: dict[str, Callable[[Job], None]] = {
    "forget_codes": forget_codes.forget_codes,
    "forget_traces": forget_traces.forget_traces,
    "index": index_entries.update,
    "reindex": index_entries.rebuild,
    "tend_index": index_entries.tend,
    "ask_owner": ask_owner,
    "ask_owners": ask_owners,
    "call_code": call_code,
    "change_cases": change_cases,
    "check_presence": check_presence,
    "check_rules": check_rules,
    "connect_call": connect_call,
    "count_again": count_again,
    "count_days": count_days,
    "end_wrap_up": end_wrap_up,
    "end_flags": end_flags,
    "expire_offer": expire_offer,
    "fetch_picture": fetch_picture,
    "fetch_recording": fetch_recording,
    "follow_records": follow_records,
    "make_export": make_export,
    "match": match,
    "read_mail": read_mail.read_mail,
    "receive_letter": receive_letter,
    "move_leg": move_leg,
    "place_call": place_call,
    "propose_doubles": propose_doubles,
    "publish_rules": publish_rules,
    "purge_recordings": purge_recordings,
    "remind_referrals": remind_referrals,
    "send_code": send_code,
    "send_email": send_email,
    "send_text": send_text,
    "sweep_files": sweep_files.sweep,
    "sweep_calls": sweep_calls.sweep_calls,
    "sweep_jottings": sweep_jottings.sweep_jottings,
    "sweep_texts": sweep_texts.sweep,
    "tell_administrators": tell_administrators,
    "tell_answered": tell_answered,
    "tell_author": tell_author,
    "tell_referred": tell_referred,
    "write_to_receiver": write_to_receiver,
    "tell_partner": tell_partner,
    "watch_clocks": watch_clocks,
}

# done again and again: the next is asked for as one is begun, so that one that fails ends nothing
EVERY: dict[str, timedelta] = {
    "ask_owners": ASKED_EVERY,
    "follow_records": FOLLOWED_EVERY,
    "forget_codes": forget_codes.EVERY,
    "forget_traces": forget_traces.EVERY,
    "count_again": COUNTED_AGAIN_EVERY,
    "count_days": COUNTED_EVERY,
    "end_flags": ENDED_EVERY,
    "propose_doubles": COMPARED_EVERY,
    "purge_recordings": PURGED_EVERY,
    "read_mail": read_mail.EVERY,
    "remind_referrals": REMINDED_EVERY,
    "sweep_files": sweep_files.EVERY,
    "sweep_calls": sweep_calls.EVERY,
    "sweep_jottings": sweep_jottings.EVERY,
    "sweep_texts": sweep_texts.EVERY,
    "tend_index": index_entries.EVERY,
    "watch_clocks": WATCHED_EVERY,
}


def begin_again() -> None:
    """Asks for the next of each job that is done again and again, should nobody have; and for the index, should an
    older version have left one that this one cannot read."""
    for kind, every in EVERY.items():
        jobs.go_on(kind, every=every)
    index.ask_missing(settings().index_dir)
