"""How the pages about texts name things, in French."""

from __future__ import annotations

from portal.contacts.templates import AUTOMATIC, PLACEHOLDERS

PURPOSES = {"reply": "Réponse", "notice": "Information", "appointment": "Rendez-vous"}
KINDS = {
    "two_way": "Numéro : on peut y répondre",
    "short_code": "Numéro court : on peut y répondre",
    "one_way": "Nom affiché : personne ne peut y répondre",
}
GOES_OUT = {
    "received": "commence l’accusé de réception d’un SMS, que Relais complète",
    "stop": "part quand quelqu’un demande STOP",
    "start": "part quand quelqu’un demande REPRISE",
    "help": "part quand quelqu’un demande AIDE",
}
EXAMPLES = {
    "reference": "K7QF-3MXT-2B",
    "organization": "Mairie",
    "phone": "01 99 00 00 10",
    "service": "État civil",
    "link": "https://relais.example/fr/suivi",
    "date": "lundi 3 mars",
    "time": "14 h 30",
    "place": "12 rue de la Mairie",
    "documents": "pièce d'identité",
    "name": "Aïcha Benali",
}
JOBS = {
    "send_text": "Envoyer un SMS",
    "send_email": "Envoyer un e-mail",
    "send_code": "Envoyer un code",
    "connect_call": "Passer un appel à un agent",
    "place_call": "Appeler quelqu’un",
    "index": "Mettre à jour la recherche",
    "reindex": "Refaire la recherche",
    "tell_administrators": "Prévenir les administrateurs",
    "tell_partner": "Prévenir le système d’un partenaire",
    "sweep_texts": "Vérifier les SMS oubliés",
}
ERRORS = {
    "Unsure": "le réseau n’a pas répondu",
    "Busy": "le réseau a demandé d’attendre",
    "Interrupted": "le travail a été interrompu",
    "Killed": "le programme s’est arrêté à chaque essai",
}


def placeholders(slug: str = "") -> str:
    """What may stand between braces, as one reads it."""
    return ", ".join("{" + name + "}" for name in AUTOMATIC.get(slug, PLACEHOLDERS))
