"""What is remembered is bounded, and found without looking at all of it."""

from simulator.ground.records import Call
from simulator.ground.shelf import SHOWN, Shelf


def call(number, status="completed"):
    return Call("+33639980001", "+33199000010", f"+3363998{number:04d}", "inbound", status)


def test_the_oldest_that_is_over_goes_first():
    shelf = Shelf(most=3)
    going_on = call(1, "in-progress")
    calls = [going_on, *(call(number) for number in range(2, 6))]
    for each in calls:
        shelf[each.sid] = each
    assert list(shelf.values()) == [going_on, *calls[3:]]
    assert shelf.of(calls[1].phone) == [] and shelf.of(going_on.phone) == [going_on]


def test_a_phone_shows_its_last_and_keeps_what_goes_on():
    shelf = Shelf()
    going_on = call(1, "ringing")
    shelf[going_on.sid] = going_on
    for _ in range(SHOWN + 5):
        over = call(1)
        shelf[over.sid] = over
    shown = shelf.of(going_on.phone)
    assert len(shown) == SHOWN and shown[0] is going_on and shown[-1] is over


def test_what_is_forgotten_is_found_no_more():
    shelf = Shelf()
    one = call(1)
    shelf[one.sid] = one
    del shelf[one.sid]
    assert shelf.of(one.phone) == [] and not shelf
