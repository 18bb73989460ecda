"""Whom each door is for. A new door is added here, in the commit that opens it."""

AGENTS = """
add_identifier articles citizen contact desk edit edit_page enter_contact find_citizen find_page give_back
keep_promise look lower_flag messages new_contact raise_flag reason reply say_who search take waiting_now
who_it_may_be wrap_up
"""
ANYONE = """
api.alive api.ready
public.ask_for_code public.check_code public.door public.enter_code public.follow public.home public.new_request
public.receipt public.send_request public.thread public.write
sign_in.show sign_in.submit site.colours
"""
RULES = "act_on_rule create_rule edit_rule new_rule rule rules save_draft trial try_situation"
NETWORK = "call choose left message put_through receive recorded ring voicemail wait waited"

DOORS = {
    **{f"console.{name}": "agents" for name in AGENTS.split()},
    "console.readings": "supervisors",
    **dict.fromkeys(ANYONE.split(), "anyone"),
    **{f"telephone.{name}": "network" for name in NETWORK.split()},
    "admin.home": "writers",
    **{f"admin.{name}": "administrators" for name in RULES.split()},
    "sign_in.leave": "staff",
    "demo.mailbox": "demo",
}
