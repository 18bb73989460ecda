"""What the page says, in French: states, faults."""

from __future__ import annotations

STATES = {
    "idle": "Raccroché",
    "dialling": "Appel…",
    "ringing": "Sonne",
    "talking": "En ligne",
    "over": "Appel terminé",
}
STATUSES = {
    "queued": "en attente",
    "accepted": "en attente",
    "scheduled": "programmé",
    "sent": "parti",
    "delivered": "reçu",
    "undelivered": "non reçu",
    "failed": "échec",
    "canceled": "annulé",
    "received": "remis au réseau",
}
FAULTS = {
    "lose": "perdre",
    "double": "doubler",
    "delay": "retarder",
    "reorder": "faire passer le suivant avant",
    "too_many": "répondre « trop de demandes » (429)",
    "error": "répondre par une panne (503)",
    "broken": "répondre par une erreur (500)",
    "silence": "faire, puis raccrocher sans réponse",
    "slow": "faire, puis répondre en retard",
    "refuse": "ne rien faire et raccrocher",
    "fail": "ne pas joindre le portail",
    "30001": "refuser après coup, trop d’envois (30001)",
    "30003": "téléphone injoignable (30003)",
    "30005": "numéro inconnu (30005)",
    "30006": "ligne fixe ou opérateur injoignable (30006)",
    "30007": "filtrer le texto (30007)",
    "30008": "échouer sans raison (30008)",
    "21611": "refuser, trop d’envois en attente (21611)",
    "21612": "refuser ce couple de numéros (21612)",
}
FAMILY_NAMES = {
    "callbacks": "Avis et textos envoyés au portail",
    "voice": "Demandes d’instructions pour un appel",
    "requests": "Appels du portail à l’interface du réseau",
    "texts": "Textos envoyés par le portail",
}
