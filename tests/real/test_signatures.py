"""The guard of the telephone doors on the open vectors and on the recorded shapes of webhooks."""

import json
from urllib.parse import parse_qs

from portal.telephony.signature import is_signed, judge_vectors
from tests.real.folder import data_folder

DATA = data_folder("twilio")


def test_every_open_vector_is_judged_right():
    right, total, wrong = judge_vectors(DATA / "signature-vecteurs.json")
    assert (right, wrong) == (total, [])


def test_every_recorded_webhook_is_judged_right():
    recorded = json.loads((DATA / "webhooks" / "webhooks-signes.json").read_text(encoding="utf-8"))
    for request in recorded["requetes"]:
        fields = parse_qs(request["corps"], keep_blank_values=True)
        signature = request["entetes"].get("X-Twilio-Signature")
        judged = is_signed(request["url"], fields, None, signature, [recorded["jeton"]])
        assert judged == request["signature_valide"], request["nom"]
