"""Waiting, being taken, being put through."""

import pytest

LINE = "+33199000010"
WAIT = '<Enqueue waitUrl="/wait" action="/left">accueil</Enqueue><Say>Après la file</Say>'


@pytest.fixture
def waiting(phone, portal):
    portal.says |= {"/telephone/voice": WAIT, "/wait": "<Say>Patientez</Say>", "/left": "<Say>Sorti</Say>"}
    phone.call(LINE)
    portal.wait_for("/wait")
    return phone


def test_the_waiting_document_is_asked_again_with_the_position(waiting, portal, network):
    second = network.handset("+33639980002")
    second.call(LINE)
    limit = portal.wait_for("/wait", 6)
    positions = {(each["From"], each["QueuePosition"]) for each in limit}
    assert positions >= {("+33639980001", "1"), ("+33639980002", "2")}
    assert limit[-1]["QueueSid"].startswith("QU") and int(limit[-1]["CurrentQueueSize"]) == 2


def test_leave_goes_to_the_action(waiting, portal):
    portal.says["/wait"] = "<Leave/>"
    waiting.wait_to_hear("Sorti")
    left = portal.at("/left")[0]
    assert left["QueueResult"] == "leave" and left["QueueTime"].isdigit()


def test_without_an_action_the_next_verb_follows(phone, portal):
    portal.says |= {
        "/telephone/voice": '<Enqueue waitUrl="/wait">a</Enqueue><Say>Suite</Say>',
        "/wait": "<Leave/>",
    }
    phone.call(LINE)
    phone.wait_to_hear("Suite")


def test_hanging_up_in_the_queue_is_told(waiting, portal):
    waiting.hang_up()
    left = portal.wait_for("/left")[0]
    assert left["QueueResult"] == "hangup" and left["CallStatus"] == "completed"


def test_a_key_in_the_queue_may_ask_to_be_called_back(waiting, portal):
    portal.says |= {
        "/wait": '<Gather numDigits="1" action="/asked" timeout="9"/>',
        "/asked": "<Say>Noté</Say><Leave/>",
    }
    waiting.wait_to_be_asked("keys")
    waiting.press("1")
    waiting.wait_to_hear("Noté")
    assert portal.wait_for("/left")[0]["QueueResult"] == "leave"


def test_an_agent_takes_the_first_who_hears_a_notice_then_both_talk(waiting, agent, portal, api):
    portal.says["/notice"] = "<Say>Un agent va vous répondre</Say>"
    twiml = '<Response><Dial action="/talked"><Queue url="/notice">accueil</Queue></Dial></Response>'
    api.calls.create(to=agent.number, from_=LINE, twiml=twiml.replace("/", "/"))
    agent.wait_for("ringing")
    agent.answer()
    agent.wait_until(lambda state: state["call"]["bridged"])
    agent.speak("Bonjour, que puis-je pour vous ?")
    waiting.wait_to_hear("que puis-je")
    waiting.speak("C’est pour mon passeport")
    agent.wait_to_hear("passeport")
    assert "Un agent va vous répondre" in waiting.transcript()
    assert api.queues.list()[0].current_size == 0
    agent.hang_up()
    assert portal.wait_for("/left")[0]["QueueResult"] == "bridged"
    waiting.wait_to_hear("Sorti")
    assert portal.wait_for("/talked")[0]["DialCallStatus"] == "completed"


def test_an_agent_who_dials_the_line_is_put_through_too(waiting, agent, portal):
    portal.says["/telephone/voice"] = "<Dial><Queue>accueil</Queue></Dial>"
    agent.call(LINE)
    agent.wait_until(lambda state: state["call"]["bridged"])
    waiting.hang_up()
    agent.wait_for("over")
    assert portal.wait_for("/left")[0]["QueueResult"] == "bridged"


def test_an_empty_queue_is_waited_for_until_the_timeout(agent, portal):
    portal.says["/telephone/voice"] = '<Dial timeout="1" action="/talked"><Queue>vide</Queue></Dial>'
    agent.call(LINE)
    assert portal.wait_for("/talked")[0]["DialCallStatus"] == "no-answer"


def test_new_instructions_take_a_call_out_of_its_queue(waiting, portal, api):
    sid = portal.at("/wait")[0]["CallSid"]
    api.calls(sid).update(twiml="<Response><Say>Venez par ici</Say></Response>")
    waiting.wait_to_hear("Venez par ici")
    assert portal.wait_for("/left")[0]["QueueResult"] == "redirected"
    assert "Sorti" not in waiting.transcript()


def test_the_first_of_a_queue_can_be_called_out_by_rest(waiting, portal, api):
    portal.says["/out"] = "<Say>À vous</Say>"
    (queue,) = api.queues.list()
    assert api.queues(queue.sid).members.list()[0].position == 1
    api.queues(queue.sid).members("Front").update(url=portal.url + "/out")
    waiting.wait_to_hear("À vous")


def test_a_full_queue_says_so(phone, portal, api):
    api.queues.create(friendly_name="accueil", max_size=0)
    portal.says |= {"/telephone/voice": WAIT, "/left": "<Say>Complet</Say>"}
    phone.call(LINE)
    phone.wait_to_hear("Complet")
    assert portal.at("/left")[0]["QueueResult"] == "queue-full"


def test_a_dialled_number_rings_and_is_put_through(phone, agent, portal):
    portal.says["/telephone/voice"] = (
        '<Dial action="/talked" timeout="600"><Number statusCallback="/child"'
        ' statusCallbackEvent="ringing answered completed">+33199000050</Number></Dial>'
    )
    portal.says["/talked"] = "<Say>Au revoir</Say>"
    phone.call(LINE)
    ringing = agent.wait_for("ringing")
    assert ringing["call"]["with"] == phone.number
    agent.answer()
    phone.wait_until(lambda state: state["call"]["bridged"])
    agent.press("5")
    phone.wait_to_hear("5")
    agent.hang_up()
    phone.wait_to_hear("Au revoir")
    talked = portal.at("/talked")[0]
    assert talked["DialCallStatus"] == "completed" and talked["DialCallSid"].startswith("CA")
    child = portal.wait_for("/child", 3)
    assert [each["CallStatus"] for each in child] == ["ringing", "in-progress", "completed"]
    assert {each["ParentCallSid"] for each in child} == {talked["CallSid"]}


@pytest.mark.parametrize(
    ("act", "status"), [("refuse", "busy"), ("leave", "no-answer"), ("unreachable", "failed")]
)
def test_a_dialled_number_that_does_not_answer_is_told(phone, agent, portal, act, status):
    seconds = 2 if act == "leave" else 600  # what is not left to ring has time to be refused
    portal.says["/telephone/voice"] = f'<Dial action="/talked" timeout="{seconds}">+33199000050</Dial>'
    agent.state()
    if act == "unreachable":
        agent.set_reachable(False)
    phone.call(LINE)
    if act == "refuse":
        agent.wait_for("ringing")
        agent.refuse()
    assert portal.wait_for("/talked")[0]["DialCallStatus"] == status
    agent.wait_for("over")


def test_a_caller_who_hangs_up_stops_the_ringing(phone, agent, portal):
    portal.says["/telephone/voice"] = (
        '<Dial timeout="600"><Sip>sip:poste1@mairie</Sip><Number>+33199000050</Number></Dial>'
    )
    phone.call(LINE)
    agent.wait_for("ringing")
    phone.hang_up()
    agent.wait_for("over")
