"""The network signs as Twilio's published examples do."""

import pytest

from simulator.texts.segments import segments
from simulator.webhooks.signing import sign

FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}


def test_fields_are_sorted_and_repeated_values_counted_once():
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert sign("12345", url, FIELDS) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    repeated = {"Sid": "CA123", "SidAccount": "AC123", "Digits": ["5678", "1234", "1234"]}
    assert sign("12345", url, repeated) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("", 1),
        ("é" * 160, 1),
        ("é" * 161, 2),
        ("ç" * 70, 1),
        ("ç" * 71, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("🥵" * 36, 2),
    ],
)
def test_texts_are_cut_as_phones_cut_them(body, parts):
    assert segments(body) == parts
