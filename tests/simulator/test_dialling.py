"""`<Dial>`: whispering to who answers, addresses, several phones at once, and legs sent elsewhere by REST."""

import threading

import pytest

from simulator.calls import outcome, ringing_out
from simulator.calls.leg import Bridge

LINE = "+33199000010"
ANNA = "sip:anna@valbrune.example"
CHILD = '<Number url="/whisper" statusCallback="/child" statusCallbackEvent="initiated ringing answered completed">'


@pytest.fixture
def anna(network):
    return network.handset(ANNA)


@pytest.fixture
def talking(phone, agent, portal):
    """A citizen put through to an agent's phone by `<Dial>`, which goes on at `/after`."""
    portal.says |= {
        "/telephone/voice": f'<Dial action="/after">{CHILD}{agent.number}</Number></Dial>',
        "/whisper": "<Say>Un appel de la ligne Mairie</Say>",
        "/after": '<Say>Restez en ligne</Say><Gather timeout="600"/>',
        "/away": '<Say>Vous voilà ailleurs</Say><Gather timeout="600"/>',
    }
    phone.call(LINE)
    agent.wait_for("ringing")
    agent.answer()
    agent.wait_to_be_with(phone.number)
    return phone


def test_who_answers_hears_the_whisper_alone_and_each_step_is_told(talking, agent, portal):
    assert "Un appel de la ligne Mairie" in agent.transcript()
    assert "Un appel de la ligne Mairie" not in talking.transcript()
    assert talking.with_whom() == [agent.number]
    agent.hang_up()
    told = portal.wait_for("/child", 4)
    assert [each["CallStatus"] for each in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [each["SequenceNumber"] for each in told] == ["0", "1", "2", "3"]
    parent = portal.at("/telephone/voice")[0]["CallSid"]
    for each in told:
        assert (each["ParentCallSid"], each["CallbackSource"]) == (parent, "call-progress-events")
        assert each["CallSid"] != parent and each["Timestamp"].endswith("+0000")


def test_a_whisper_may_ask_for_a_key_and_refuse(phone, agent, portal):
    portal.says |= {
        "/telephone/voice": f'<Dial action="/after">{CHILD}{agent.number}</Number></Dial>',
        "/whisper": '<Gather numDigits="1" timeout="2"/><Hangup/>',
        "/after": "<Say>Personne</Say>",
    }
    phone.call(LINE)
    agent.wait_for("ringing")
    agent.answer()
    phone.wait_to_hear("Personne")
    assert [portal.at("/after")[0][name] for name in ("DialCallStatus", "DialBridged")] == [
        "completed",
        "false",
    ]
    assert agent.wait_for("over")["call"]["bridged"] is False


def test_the_called_leg_sent_elsewhere_lets_the_caller_go_on(talking, agent, portal, api):
    child = portal.wait_for("/child", 3)[0]["CallSid"]
    api.calls(child).update(url=portal.url + "/away")
    agent.wait_to_hear("Vous voilà ailleurs")
    talking.wait_to_hear("Restez en ligne")
    after = portal.at("/after")[0]
    assert (after["DialCallStatus"], after["DialCallSid"]) == ("completed", child)
    assert agent.state()["state"] == talking.state()["state"] == "talking"
    talking.hang_up()
    talking.wait_for("over")
    assert agent.state()["state"] == "talking"


def test_the_caller_sent_elsewhere_drops_the_called_leg(talking, agent, portal, api):
    parent = portal.at("/telephone/voice")[0]["CallSid"]
    api.calls(parent).update(url=portal.url + "/away")
    talking.wait_to_hear("Vous voilà ailleurs")
    agent.wait_for("over")
    assert portal.at("/after") == []


def test_the_called_leg_ended_by_rest_lets_the_caller_go_on(talking, agent, portal, api):
    child = portal.wait_for("/child", 3)[0]["CallSid"]
    api.calls(child).update(status="completed")
    agent.wait_for("over")
    talking.wait_to_hear("Restez en ligne")


def test_who_hangs_up_at_the_instant_of_being_put_through_leaves_nobody_talking_to_nobody(
    phone, agent, portal, monkeypatch
):
    """The telephone is hung up before its own thread knows that it talks: the caller goes on all the same."""

    def gone_at_once(first, second):
        second.hang_up()
        return Bridge(first, second)

    monkeypatch.setattr(ringing_out, "Bridge", gone_at_once)
    portal.says |= {
        "/telephone/voice": f'<Dial action="/after">{CHILD}{agent.number}</Number></Dial>',
        "/after": "<Say>Au revoir</Say>",
    }
    phone.call(LINE)
    agent.wait_for("ringing")
    agent.answer()
    phone.wait_to_hear("Au revoir")
    assert portal.at("/after")[0]["DialCallStatus"] == "completed"
    assert portal.wait_for("/child", 4)[-1]["CallStatus"] == "completed"


def test_an_address_is_a_phone_like_another(phone, anna, portal):
    portal.says["/telephone/voice"] = (
        f'<Dial callerId="{LINE}"><Sip url="/whisper">{ANNA};transport=tls</Sip></Dial>'
    )
    portal.says["/whisper"] = "<Say>De la mairie</Say>"
    phone.call(LINE)
    assert anna.wait_for("ringing")["call"]["with"] == LINE
    anna.answer()
    anna.wait_to_be_with(phone.number)
    anna.speak("Anna à l’appareil")
    phone.wait_to_hear("Anna à")


def test_several_ring_and_the_first_is_put_through(phone, agent, anna, portal):
    portal.says["/telephone/voice"] = (
        f'<Dial timeout="600"><Sip>{ANNA}</Sip><Number>{agent.number}</Number><Client>bob</Client></Dial>'
    )
    phone.call(LINE)
    agent.wait_for("ringing")
    anna.wait_for("ringing")
    anna.answer()
    anna.wait_to_be_with(phone.number)
    agent.wait_for("over")


def test_what_is_said_at_the_instant_of_being_put_through_is_recorded(
    phone, agent, portal, network, monkeypatch
):
    """Both see that they talk; one of them speaks before the thread of the call has gone on."""
    spoken = threading.Event()

    def after_the_first_words(*talk):
        assert spoken.wait(30)
        outcome.talk(*talk)

    monkeypatch.setattr(ringing_out, "talk", after_the_first_words)
    portal.says["/telephone/voice"] = (
        f'<Dial record="record-from-answer" recordingStatusCallback="/tape">{agent.number}</Dial>'
    )
    phone.call(LINE)
    agent.wait_for("ringing")
    agent.answer()
    agent.wait_to_be_with(phone.number)
    phone.speak("Bonjour")
    spoken.set()
    phone.hang_up()
    (tape,) = portal.wait_for("/tape")
    assert network.network.recordings[tape["RecordingSid"]].words == "Bonjour"


def test_a_talk_is_recorded_when_that_was_asked_for(phone, agent, portal, api):
    portal.says["/telephone/voice"] = (
        f'<Dial record="record-from-answer-dual" recordingStatusCallback="/tape" action="/after">'
        f"{agent.number}</Dial>"
    )
    phone.call(LINE)
    agent.wait_for("ringing")
    agent.answer()
    agent.wait_to_be_with(phone.number)
    agent.speak("Cet appel est enregistré")
    phone.speak("D’accord")
    phone.hang_up()
    (tape,) = portal.wait_for("/tape")
    assert (tape["RecordingSource"], tape["RecordingChannels"]) == ("DialVerb", "2")
    assert api.recordings(tape["RecordingSid"]).fetch().channels == 2
    assert portal.wait_for("/after")[0]["RecordingUrl"] == tape["RecordingUrl"]
