"""What things are called on the console, in French: closed lists in the order in which they are offered."""

from __future__ import annotations

from datetime import date, datetime

from portal import clock, config
from portal.contacts import words as of_exchanges
from portal.contacts.models import Message
from portal.dates import day_text
from portal.telephony.outcomes import outcome
from portal.views.language import datetime_text

CHANNELS, STATES = of_exchanges.CHANNELS, of_exchanges.STATES
DISPOSITIONS, ENDS = of_exchanges.DISPOSITIONS, of_exchanges.ENDS
BY_HAND = {"phone": "Appel sur un autre poste", "counter": "Guichet", "letter": "Courrier"}
NEXT_STEPS = {"first_answer": "une première réponse", "resolution": "une réponse complète"}
MESSAGE_STATES = {
    "received": "",
    "waiting": "en attente d’envoi",
    "sending": "envoi en cours",
    "sent": "envoyé",
    "delivered": "remis",
    "undelivered": "non remis",
    "failed": "échec de l’envoi",
    "unknown": "envoi à vérifier",
    "recalled": "annulé avant l’envoi",
}
REFERRAL_STATES = {
    "proposed": "proposée",
    "sent": "transmise",
    "received": "reçue",
    "accepted": "prise en charge",
    "refused": "refusée",
    "done": "traitée",
    "done_without_help": "reçue sans aide",
    "unreachable": "personne non jointe",
    "expired": "sans réponse",
}
REFERRAL_TONES = {
    "proposed": "warn",
    "refused": "bad",
    "expired": "bad",
    "done_without_help": "warn",
    "unreachable": "warn",
    "accepted": "good",
    "done": "good",
    "sent": "info",
    "received": "info",
}
REFERRAL_VIEWS = {
    "asked": "Questions posées",
    "back": "Revenues",
    "proposed": "À envoyer",
    "late": "En retard",
    "without_news": "Sans nouvelles",
    "waiting": "Attendent le service",
    "accepted": "Prises en charge",
    "over": "Traitées",
    "ping_pong": "Renvoyées de l’un à l’autre",
}
REFERRAL_DONE = {
    "send": "Orientation envoyée : la personne en est prévenue.",
    "by_phone": "C’est noté. Dites ici si le service prend l’appel ou non : la personne le saura.",
    "again": "Orientation envoyée au service suivant : la personne en est prévenue.",
    "answer": "Réponse envoyée au service.",
    "taken": "C’est noté : la personne est prévenue que le service a sa demande.",
    "refused": "C’est noté : la demande est de nouveau à vous, et la personne en est prévenue.",
    "close": "C’est noté : l’orientation est close.",
}
WRAP_UP_WAYS = {  # in the form that ends an exchange; the others are chosen with what is passed on
    "told": "La personne s’y adresse elle-même : on lui en envoie les coordonnées",
    "email": "Transmettre sa demande au service, par e-mail",
    "here": "Transmettre sa demande au service, qui répond ici même",
}
WAY_LATER = "Choisir ensuite, avec ce qui est transmis"
REFUSALS = {
    "not_for_us": "ne relève pas de ce service",
    "wrong_area": "hors de son territoire",
    "missing_piece": "il manque une pièce",
    "duplicate": "déjà reçue",
    "unreachable": "service injoignable",
}
REFUSED_ON_THE_PHONE = {code: f"{said[0].upper()}{said[1:]}" for code, said in REFUSALS.items()}
WAYS = {
    "api": "Par son logiciel : il la reçoit aussitôt",
    "here": "Sur ce portail : ses agents la voient aussitôt parmi les demandes reçues",
    "email": "Par e-mail : il lit la demande par un lien et répond sans compte",
    "phone": "Par téléphone : je mets la personne en relation",
    "told": "La personne s’y adresse elle-même : rien n’est transmis",
}
OUTCOMES = {
    "done": "La personne a été aidée",
    "done_without_help": "Reçue, sans avoir été aidée",
    "unreachable": "Personne non jointe",
}
SHARED = {
    "name": "Nom",
    "reach": "Pour la joindre",
    "subject": "Objet",
    "request": "Ce qu’elle a écrit",
    "commune": "Commune",
    "files": "Fichiers joints",
    "reason": "Pourquoi ce service",
}
PRESENCES = {
    "available": "Disponible",
    "busy": "En ligne",
    "wrap_up": "Après l’appel",
    "break": "En pause",
    "away": "Absent",
}
SENT_AWAY = {  # why whom two calls in a row did not reach is away
    "missed": "Vous êtes passé en absence : deux appels de suite n’ont pas été décrochés. Dites-vous disponible quand "
    "vous l’êtes.",
    "busy": "Vous êtes passé en absence : deux appels de suite ont trouvé votre téléphone occupé, ou l’ont vu refuser. "
    "Dites-vous disponible quand il est libre.",
    "failed": "Vous êtes passé en absence : deux appels de suite n’ont pas atteint votre téléphone. Vérifiez qu’il est "
    "allumé et connecté, et que son adresse est la bonne dans votre fiche, puis dites-vous disponible.",
}
REPLY_BY = {"text": "SMS", "email": "E-mail", "web": "Page de suivi"}
CONSENTS = {
    "word": "STOP reçu par SMS",
    "network": "STOP reçu par le réseau",
    "refusal": "refusé par le réseau",
    "agent": "dit à un agent",
}
CERTAINTIES = {"confirmed": "confirmé", "probable": "probable"}
FLAGS = {
    "vulnerable": "Personne vulnérable",
    "interpreter": "Besoin d’un interprète",
    "no_message": "Ne pas laisser de message",
    "deaf_relay": "Sourde ou malentendante : relais téléphonique",
    "protected_address": "Adresse à ne communiquer à personne",
}
TALKS = {  # how a call stands
    "talking": "En ligne",
    "held": "En attente",
    "calling": "En attente, appel de",
    "consulting": "En attente, consultation avec",
    "three": "En ligne, avec",
}
LANGUAGES = {code: name.capitalize() for code, name in config.LANGUAGES.items()}
EVENTS = {
    "contact.begun": "Arrivé",
    "contact.queued": "Mis en file",
    "contact.offered": "Proposé à un agent",
    "contact.left_line": "Sorti de la file",
    "contact.call_back_asked": "A demandé à être rappelé",
    "contact.not_reached": "Rappelé, sans réponse",
    "contact.taken": "Pris",
    "contact.missed": "L’appel passé à l’agent n’a pas été décroché",
    "contact.held": "Mis en attente",
    "contact.resumed": "Repris",
    "contact.consulted": "Un avis est demandé",
    "contact.consult_over": "L’avis est terminé",
    "contact.consult_cancelled": "L’avis n’est plus demandé",
    "contact.reached": "A répondu au téléphone",
    "contact.called": "Appelé par un agent",
    "contact.handed_over": "Passé à qui était consulté",
    "contact.transferred": "Transféré",
    "contact.passed_on": "Transféré par le menu",
    "contact.missed_in_outage": "A appelé pendant une panne",
    "contact.deserted": "La ligne de l’agent a été coupée : remis en attente à sa place",
    "contact.recording_refused": "A refusé d’être enregistré",
    "contact.given_back": "Rendu à ceux qui attendent",
    "contact.attributed": "Personne rattachée",
    "contact.bridged": "Code du site donné",
    "contact.denied": "Ce n’était pas la personne supposée",
    "contact.spoken_for": "Qui parlait, en son nom ou non",
    "contact.handed_to": "Passé au dossier d’une autre personne",
    "contact.handed_back": "Rendu au dossier d’avant",
    "contact.noted": "Note écrite",
    "contact.article_used": "Fiche utilisée",
    "contact.script_begun": "Script commencé",
    "contact.script_answered": "Réponse dans le script",
    "contact.script_ended": "Script mené à sa fin",
    "contact.script_went_back": "Retour en arrière dans le script",
    "contact.hung_up": "Raccroché",
    "contact.wrapped_up": "Terminé",
    "contact.reopened": "Rouvert",
    "referral.made": "Orientation proposée",
    "referral.sent": "Transmise",
    "referral.arrived": "Arrivée chez le service",
    "referral.received": "Reçue par le service",
    "referral.accepted": "Prise en charge par le service",
    "referral.refused": "Refusée",
    "referral.done": "Traitée",
    "referral.done_without_help": "Reçue, sans aide",
    "referral.unreachable": "Le service n’a pas joint la personne",
    "referral.expired": "Restée sans réponse",
    "referral.reminded": "Rappel envoyé au service",
    "referral.outcome_asked": "Le service est interrogé sur la suite donnée",
    "referral.without_news": "Sans nouvelles du service, malgré deux questions",
    "referral.asked": "Question du service",
    "referral.answered": "Réponse au service",
    "referral.not_told": "La personne n’a pas pu être prévenue : elle le lira sur la page de suivi",
    "referral.letter_refused": "L’e-mail au service n’est pas parti",
    "referral.stopped": "Arrêtée : cet organisme l’avait déjà renvoyée",
    "contact.split_off": "Messages repris d’un autre échange",
    "message.recalled": "Message annulé avant son départ",
    "message.not_held": "SMS envoyé sans attendre le matin",
    "message.written_again": "SMS écrit de nouveau",
}
ACTORS = {"citizen": "Citoyen", "network": "Réseau téléphonique", "system": "Relais", "partner": "Partenaire"}
EVIDENCE = {
    "code": "code à usage unique",
    "form": "indiqué dans un formulaire",
    "agent": "confirmé par un agent",
}


SEEN = {"message": "vu dans un message", "signature": "vu dans la signature d’un message"}


def evidence(kept: str) -> str:
    """What a link rests on: « vu dans un message du 3 mars »."""
    place, _, day = kept.partition(":")
    if place in SEEN and day:
        return f"{SEEN[place]} du {day_text(date.fromisoformat(day))}"
    return EVIDENCE.get(kept, kept)


def sent_how(message: Message) -> str:
    """What is told to the agent who has just sent this."""
    if message.channel == "web":
        return "Réponse publiée sur la page de suivi."
    if message.state == "failed":
        return outcome(message.error).sentence
    if message.held_until is not None:
        return f"Gardé : le SMS partira le {datetime_text(message.held_until)}, à une heure convenable."
    return "Réponse confiée à l’envoi."


def waited(since: datetime) -> str:
    """How long ago, as one says it: < 1 min, 4 min, 2 h 05 min, 3 j. Hours have their minutes named: « 20 h 53 » is
    a time of day."""
    seconds = max(0, int((clock.now() - since).total_seconds()))
    if seconds < 60:
        return "< 1 min"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{minutes // (24 * 60)} j"


def about(seconds: int) -> str:
    """An expected wait, as one says it: no more exact than it is."""
    if seconds < 30:
        return "nulle"
    return f"d’environ {max(1, round(seconds / 60))} min"
