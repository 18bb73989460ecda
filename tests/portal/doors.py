"""Whom each door is for. A new door is added here, in the commit that opens it."""

AGENTS = """
attachment bring_code call_out recording steer_call
add_identifier articles begin_script choose_presence citizen contact contact_now desk edit edit_page
end_wrap_up enter_contact find_answer find_citizen find_page found give_back go_on keep_promise look lower_flag messages
mine_now note_contact
new_contact now prolong_wrap_up raise_flag reason reply say_who search take use_script waiting_now
who_it_may_be wrap_up look_text new_text write_first give_up_promise hand_over_promise move_promise promised
act_on_referral referral referrals
answer_received received received_file received_referral
cases look_through save_view edit_view change_view delete_view
jot forget_jottings here commands
receipt_page give_receipt preview_change change_cases bulk_change bulk_change_now undo_change
letters see_letters open_letter
add_check answer_case case edit_case link_case look_case move_case note_case split_case split_page tick_check undo_deed
contact_article propose_from_contact case_article propose_from_case prepared_answers ask_question macro run_macro
"""
AGENTS += """
doubles_page tell_apart merge_page merge_look merge_preview merge unmerge_page unmerge
hand_page hand_look hand_to hand_back relate unrelate judge_identifier say_who_spoke
"""
ANYONE = """
api.alive api.description api.ready api.referrals api.search
partner.confirm partner.confirm_all partner.correct_service partner.propose_correction
public.calling public.draw_bridge_code
public.accessibility public.all_offices public.article public.attachment public.ask_for_code public.check_code
public.document public.door public.download
public.how_we_refer
public.embed public.enter_code public.find public.follow public.home
public.legal public.new_request public.not_solved public.opinion
public.privacy public.propose_articles public.question public.receipt public.reply public.result
public.search public.send_request public.service public.solve
public.communes public.say_place public.suggest_completions public.thread public.topic public.topics public.write
sign_in.show sign_in.submit sign_in.ask_to_leave site.colours site.logo site.icon assets.sheets assets.script
partner.answer_referral partner.look_for_service partner.referral partner.referral_file
"""
WRITERS = """
add_document article articles create_article create_service create_topic document document_file documents home
new_article new_service new_topic replace_file save_article save_document save_service save_topic searches_in_vain
service services topic topics
create_template new_template preview_template save_template template templates
"""
ADMINISTRATORS = """
ask_owners corrections decide_correction freshness
ranked_rules
create_mailbox mailbox mailboxes remove_mailbox save_mailbox
act_on_menu act_on_rule act_on_script act_on_script_step act_on_staff add_script_step add_staff create_line
create_organization create_queue create_rule create_script create_team declare_emergency drop_menu_draft edit_rule
end_emergency line line_emergency line_hours line_recording line_settings line_texts lines menu menu_choice
menu_step menu_version new_line new_organization new_queue new_rule new_script new_staff new_team organization
organizations publish_menu queue queues remove_team renew_password roll_back_menu roll_back_script rule rules save_draft
save_line save_line_hours save_line_texts save_menu_choice save_menu_step save_organization save_queue save_script
save_script_step save_sender save_staff save_team script script_settings script_step script_version scripts sender
senders set_line_recording staff staff_member team teams trial try_menu try_script try_situation
"""
ADMINISTRATORS += """
macros macro new_macro create_macro save_macro
create_level new_level remove_level save_level service_level service_levels
create_embedder create_kind drop_partner_key embedder embedders kind kinds make_partner_key new_kind
partner partners save_embedder save_kind save_partner
appearance save_appearance take_appearance_again preview_appearance draft_colours draft_logo publish_appearance
drop_appearance
"""
SUPERVISORS = (
    "protect ask_export definitions export_file exports exports_now forecast readings reports room room_now"
)
OVERSEERS = "see_alert set_aside staffing try_again"
NETWORK = """
call choose give_code left message put_through receive recorded ring voicemail wait waited answered transferred
agent_answers agent_presses alone apart called citizen_answers connect seat sent_on service_answers third_answers
third_presses conversation_recorded recording_choice closed transcribed say_code code_status trouble
"""

ADMINISTRATORS += """
ask_rule_check begin_example check_draft create_example new_example place_rule plan_rule print_rules remove_example
require_review rule_check_now rule_checks rule_example rule_examples rule_gaps save_example send_back_rule
try_all_rules try_rules
"""
DIRECTORY = """
all_taxonomies details organization organizations service service_at_location service_at_locations services taxonomy
taxonomy_term taxonomy_terms
"""
SYSTEMS = "answer file referral referrals"  # of partners, by a key

DOORS = {
    **{f"console.{name}": "agents" for name in AGENTS.split()},
    **{f"hsds.{name}": "anyone" for name in DIRECTORY.split()},
    **{f"partner_api.{name}": "systems" for name in SYSTEMS.split()},
    **{f"console.{name}": "supervisors" for name in SUPERVISORS.split()},
    **{f"admin.{name}": "overseers" for name in OVERSEERS.split()},
    **dict.fromkeys(ANYONE.split(), "anyone"),
    **{f"telephone.{name}": "network" for name in NETWORK.split()},
    **{f"admin.{name}": "writers" for name in WRITERS.split()},
    **{f"admin.{name}": "administrators" for name in ADMINISTRATORS.split()},
    "console.services": "staff",
    "console.kinds": "staff",
    "console.organizations": "staff",
    "sign_in.leave": "staff",
    "demo.mailbox": "demo",
    "demo.write_to_town": "demo",
}
