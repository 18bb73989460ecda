"""STOP said in a sentence is a STOP; a request that begins with the word stays a request."""

from __future__ import annotations

import json

import pytest

from portal.cases.models import Case
from portal.citizens.models import Consent
from portal.contacts.models import DISTRESS, Contact
from portal.contacts.texts.no_texts import wants_no_texts
from portal.database import db
from portal.referrals.deciding.distress import distress
from portal.referrals.deciding.phrases import DATA
from tests.network import Network
from tests.portal.contacts.texts.writing import has_stopped, tell

REFUSED = [
    "Stop svp ne m'écrivez plus", "arrêtez de m'écrire", "Arrêtez de m’écrire !!!", "STOP merci", "Bonjour, stop svp",
    "stop stop stop", "Stop. Ne m'envoyez plus de SMS.", "Ne m'envoyez plus rien svp", "ne mecrivez plus",
    "Merci de ne plus m'envoyer de messages", "merci d'arrêter de m'écrire", "Veuillez cesser de m'envoyer des SMS.",
    "Je ne veux plus recevoir vos messages", "je ne souhaite plus recevoir de SMS, merci",
    "je veux plus recevoir vos sms", "Je ne veux plus que vous m'écriviez",
    "STOP SMS SVP", "STOP au 36111", "Stop 36111", "STOP aux SMS",
    "Pouvez-vous arrêter de m'envoyer des SMS ?", "Pourriez vous ne plus m'écrire svp ?", "désabonnez-moi svp",
    "Je souhaite me désabonner", "Bonjour madame, je voudrais arrêter les SMS. Merci. Cordialement",
    "arrete de m'envoyer des messages stp", "supprimez mon numéro de votre liste", "STOP 🛑🙏",
    "Ne me contactez plus par SMS", "ne m’écrivez plus sur ce numéro, merci d’avance",
    "J'en ai marre de vos sms, arrêtez", "veuillez me désinscrire", "Ne m’envoyez plus jamais de SMS svp",
    "Bonjour, je ne souhaite plus recevoir vos sms, merci de me retirer de votre liste", "je ne veux pas de vos sms",
    "I want to unsubscribe", "stop texting this number", "no texts please", "لا رسائل من فضلك", "لا أريد أن تراسلوني",
    "please stop texting me", "Stop please", "STOP texting me!!", "Please don't text me anymore",
    "do not text me again", "No more texts please", "Stop sending me messages",
    "Hello, please stop sending me text messages. Thank you", "I don't want any more texts",
    "I no longer want to receive your messages", "Can you please stop texting me?", "take me off your list",
    "Could you stop sending me these messages please?", "unsubscribe please", "STOP. I am not interested.",
    "توقف من فضلك", "توقفوا عن مراسلتي", "من فضلكم لا ترسلوا لي رسائل بعد الآن", "لا أريد رسائل", "كفى رسائل",
    "لا أريد تلقي رسائل منكم", "أوقفوا الرسائل", "الرجاء عدم إرسال رسائل لي", "لا تراسلوني مرة أخرى",
    "STOP لا ترسلوا لي رسائل", "هل يمكنكم التوقف عن مراسلتي؟", "شكرا، لا تُرسِلوا لي أيّ رسالة",
]  # fmt: skip
REQUESTS = [
    "J’en ai marre, tout arrêter", "J'en ai assez. C'est trop. Tout arrêter", "au revoir. tout arrêter maintenant",
    "arrêtez, ça suffit", "Stop, laissez-moi tranquille",
    "Arrêt de bus déplacé ?", "Stop aux incivilités rue X", "je veux arrêter mon abonnement cantine", "Stop pub svp",
    "Stop au bruit", "Arrêtez le bruit la nuit svp", "arrêt maladie", "Stop bus 12 supprimé", "Stop covid", "Non stop",
    "n'arrêtez pas de m'écrire", "je ne veux pas arrêter les sms", "vous ne m'écrivez plus", "arrête stp", "Stop ?",
    "Pourquoi vous ne m'écrivez plus ?", "je ne reçois plus de SMS", "je veux plus de SMS", "plus de sms",
    "Arrêtez les SMS et appelez-moi", "Stop ne m'écrivez plus, appelez-moi au 06 12 34 56 78", "Stop, j'ai déménagé",
    "Ne m'écrivez plus à cette adresse, j'ai déménagé", "ne me contactez plus par mail", "ne m'appelez plus",
    "arrêtez de m'appeler", "arrêtez de me harceler", "Stop au démarchage téléphonique", "supprimez mon numéro",
    "Je veux arrêter de recevoir le bulletin municipal", "Je veux me désinscrire de la cantine", "je veux arrêter",
    "Désabonnement médiathèque", "comment arrêter les sms ?", "Merci", "non merci", "ça suffit", "plus rien",
    "laissez-moi tranquille", "merci de m'écrire", "je veux recevoir vos sms", "Stop, mauvais numéro", "stop au 12", "",
    "J'en ai marre de vos travaux, arrêtez", "merci de me désinscrire de la cantine", "no message", "je refuse",
    "je ne veux pas de vos sms, un courrier suffit", "merci de supprimer mon numéro", "quit smoking help",
    "stop it please", "Please stop the noise", "stop sign missing on Main Street", "Bus stop moved?", "leave me alone",
    "I stopped getting texts", "I don't get any texts any more", "please stop my subscription", "please text me",
    "stop texting me and call me", "please don't stop texting me", "I don't want to stop receiving messages",
    "never stop texting me", "can you stop the water?", "no thanks", "remove my number", "stop " * 31,
    "توقف الحافلة", "موقف الحافلة", "أوقفوا الضجيج", "لا أريد الاشتراك", "لا تصلني رسائل", "شكرا",
    "أريد إيقاف اشتراك المطعم", "توقفوا عن مراسلتي واتصلوا بي", "أريد تلقي رسائل",
    "لا تتوقفوا عن مراسلتي", "Je n'ai plus envie de rien",
]  # fmt: skip


@pytest.mark.parametrize("body", REFUSED)
def test_who_only_asks_for_no_more_texts_is_understood(body: str) -> None:
    assert wants_no_texts(body) and not distress(body)


@pytest.mark.parametrize("body", REQUESTS)
def test_who_says_anything_else_asks_for_something(body: str) -> None:
    assert not wants_no_texts(body)


def test_no_word_of_distress_is_passed_over() -> None:
    phrases = [one for of in json.loads((DATA / "distress.json").read_text("utf-8")).values() for one in of]
    for phrase in phrases:
        for body in (f"Stop {phrase}", f"{phrase}, arrêtez de m'écrire", f"{phrase} please stop texting me"):
            assert not wants_no_texts(body), body


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("Stop svp ne m'écrivez plus", "REPRISE"),
        ("Hello, please stop texting me", "START"),
        ("من فضلكم لا ترسلوا لي رسائل بعد الآن", "REPRISE"),
    ],
)
def test_a_sentence_is_recorded_answered_once_and_opens_no_matter(
    network: Network, body: str, word: str
) -> None:
    (answer,) = tell(network, body)
    assert word in answer and has_stopped()
    assert db.session.scalars(db.select(Consent.evidence)).all() == ["word"], (
        "we block it: the network does not"
    )
    (contact,) = db.session.scalars(db.select(Contact)).all()
    assert (contact.state, contact.disposition) == ("wrapped_up", "no_answer_needed")
    assert not db.session.scalars(db.select(Case)).all()
    assert tell(network, body, "SM2") == [answer], "said again, it is not answered again"
    assert len(tell(network, "reprise", "SM3")) == 2 and not has_stopped()


def test_a_request_that_begins_with_the_word_is_read_as_one(network: Network) -> None:
    (receipt,) = tell(network, "Arrêt de bus déplacé ?")
    case = db.session.scalars(db.select(Case)).one()
    assert case.reference.replace("-", "") in receipt.replace("-", "") and not has_stopped()


def test_a_cry_for_help_stays_one_after_a_stop(network: Network) -> None:
    tell(network, "mon mari me frappe")
    tell(network, "ne m'écrivez plus svp", "SM2")
    (contact,) = db.session.scalars(db.select(Contact)).all()
    assert has_stopped() and contact.step == DISTRESS and contact.state != "wrapped_up"
