"""A busy hour in two seconds: whatever is done to calls in whatever order, nothing stays off the hook."""

import threading
from random import Random
from time import monotonic

import pytest

from simulator.calls import conference, placing
from simulator.calls.placing import Impossible, Wanted
from simulator.calls.seat import change
from simulator.ground import twiml

LINE, ANNA = "+33199000010", "sip:anna@valbrune.example"
HERE = "http://127.0.0.1:9/"
PHONES = [f"+3363998000{number}" for number in range(6)] + [ANNA, "sip:bob@valbrune.example"]
ROOM = '<Dial action="/after"><Conference waitUrl="/wait" endConferenceOnExit="{}">salle</Conference></Dial>'
DOCUMENTS = [
    '<Enqueue waitUrl="/wait" action="/after">accueil</Enqueue>',
    '<Dial timeout="2" action="/after"><Queue url="/wait">accueil</Queue></Dial>',
    f'<Dial timeout="20" action="/after"><Sip url="/whisper">{ANNA}</Sip></Dial>',
    ROOM.format("true"),
    ROOM.format("false"),
    '<Gather timeout="20"/>',
]


@pytest.fixture
def busy(network, portal):
    chance = Random(3)
    portal.says |= {
        "/telephone/voice": lambda: chance.choice(DOCUMENTS),
        "/after": lambda: chance.choice(DOCUMENTS),
        "/whisper": lambda: chance.choice(["<Say>Un appel</Say>", "<Hangup/>"]),
        "/wait": "<Say>Patientez</Say>",
    }
    return network.network


def elsewhere(network, chance):
    document = twiml.read(f"<Response>{chance.choice(DOCUMENTS)}</Response>", HERE, twiml.VOICE)
    for leg in list(network.legs.values())[:1]:
        if leg.call.status == "in-progress":
            leg.give(document)


def meddle(network, chance):
    """One hold, mute, sending away or end of a conference."""
    for room in list(network.rooms.values())[:1]:
        for seat in list(room.seats.values())[:1]:
            change(seat, **chance.choice([{"hold": True}, {"hold": False}, {"muted": True}, {"out": "sent"}]))
        if chance.random() < 0.05:
            conference.end(network, room, "conference-ended-via-api")


def act(network, chance):
    phone = chance.choice(PHONES)
    choice = chance.randrange(8)
    if choice < 2:
        placing.call_line(network, phone, LINE)
    elif choice < 4:
        placing.answer(network, phone)
    elif choice == 4:
        placing.hang_up(network, phone)
    elif choice == 5:
        placing.call_phone(network, LINE, ANNA, Wanted(None, 20))
    else:
        (elsewhere if choice == 6 else meddle)(network, chance)


def test_nothing_stays_off_the_hook(busy):
    until = monotonic() + 2

    def work(seed):
        chance = Random(seed)
        while monotonic() < until:
            try:
                act(busy, chance)
            except Impossible:
                busy.wait(lambda: False, 0.002, "nothing")

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    for leg in list(busy.legs.values()):
        leg.hang_up()
    assert busy.wait(lambda: not busy.legs, 30), [leg.call for leg in busy.legs.values()]
    assert not any(call.live for call in busy.calls.values())
    assert busy.rooms == {} and [queue.waiting for queue in busy.queues.values()] in ([], [[]])
    faults = [each for each in busy.journal if each["kind"] == "error" and not each.get("code")]
    assert faults == [] and len(busy.calls) > 20
