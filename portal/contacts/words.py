"""What staff read of an exchange: by what it came, how it stands, how it ended. Pages and exports say it alike."""

from __future__ import annotations

CHANNELS = {
    "phone": "Appel",
    "text": "SMS",
    "web": "Demande en ligne",
    "email": "E-mail",
    "counter": "Guichet",
    "letter": "Courrier",
}
DISPOSITIONS = {
    "answered": "Répondu",
    "referred": "Orienté vers un autre service",
    "promise_made": "Suite promise",
    "transferred": "Transmis à un collègue",
    "no_answer_needed": "Pas de réponse attendue",
    "voicemail_left": "Message laissé sur un répondeur",
    "abandoned": "La personne a raccroché",
    "wrong_number": "Faux numéro",
}
ENDS = {**DISPOSITIONS, "self_served": "Renseigné par le menu"}  # what nobody chooses, too
STATES = {
    "open": "Personne ne s’en occupe",
    "waiting": "En attente",
    "in_progress": "En cours",
    "wrapped_up": "Terminé",
}
