"""What a citizen is told of a referral, step by step: in a letter, in a text, on the follow-up page.

Sentences to translate, with what fills them; a door writes dates and numbers as its reader does. A text never says
what the matter is, nor names the service to whoever picks up a protected person's telephone.
"""

from __future__ import annotations

from typing import Any

from portal.errors import N_
from portal.referrals.following import clocks, receivers
from portal.referrals.models import Referral

Said = tuple[str, dict[str, Any]]

LETTER = {
    "sent": N_("Votre demande relève de %(service)s. Nous la lui avons transmise le %(date)s."),
    "told": N_("Votre demande relève de %(service)s. Adressez-vous directement à ce service."),
    "received": N_("%(service)s a bien reçu votre demande, et vérifie qu’elle relève de ses services."),
    "accepted": N_("%(service)s s’occupe de votre demande. Vous n’avez rien à faire de plus auprès de nous."),
    "refused": N_(
        "%(service)s nous répond que votre demande ne relève pas de ses services. Nous la reprenons : nous cherchons "
        "qui est compétent et nous vous le dirons. Vous n’avez rien à faire."
    ),
    "duplicate": N_(
        "%(service)s nous répond qu’il a déjà reçu cette demande. Nous vérifions ce qu’il en est, et nous vous dirons "
        "la suite. Vous n’avez rien à faire."
    ),
    "not_joined": N_(
        "Nous n’avons pas pu joindre %(service)s, ou ce service ne peut pas vous recevoir en ce moment. Nous reprenons "
        "votre demande, et nous vous dirons la suite. Vous n’avez rien à faire."
    ),
    "missing_piece": N_(
        "Il manque une pièce pour que %(service)s traite votre demande. Envoyez-la-nous depuis la page de suivi : nous "
        "la transmettrons aussitôt."
    ),
    "asked": N_("%(service)s vous pose une question. Répondez depuis la page de suivi :"),
    "passed_on": N_(
        "Nous avons transmis à %(service)s les fichiers que vous nous avez envoyés pour lui répondre."
    ),
    "done": N_("%(service)s nous dit que votre demande est traitée."),
    "done_without_help": N_(
        "%(service)s n’a pas pu vous aider. Nous reprenons votre demande, et nous vous dirons la suite."
    ),
    "unreachable": N_("%(service)s n’a pas réussi à vous joindre. Nous reprenons votre demande."),
    "expired": N_(
        "%(service)s ne nous a pas répondu, malgré deux rappels. Nous reprenons votre demande, et nous vous dirons la "
        "suite."
    ),
}
TEXT = {
    "sent": N_(
        "%(organization)s : votre demande %(reference)s est transmise à %(service)s le %(date)s. %(silence)s "
        "Suivi : %(link)s"
    ),
    "told": N_("%(organization)s : pour votre demande, adressez-vous à %(service)s."),
    "received": N_(
        "%(organization)s : %(service)s a bien reçu votre demande %(reference)s. Suivi : %(link)s"
    ),
    "accepted": N_(
        "%(organization)s : %(service)s s'occupe de votre demande %(reference)s. %(silence)s Suivi : %(link)s"
    ),
    "refused": N_(
        "%(organization)s : %(service)s ne peut pas traiter votre demande %(reference)s. Nous la reprenons, vous "
        "n'avez rien à faire. Suivi : %(link)s"
    ),
    "duplicate": N_(
        "%(organization)s : %(service)s dit avoir déjà votre demande %(reference)s. Nous vérifions, vous n'avez rien à "
        "faire. Suivi : %(link)s"
    ),
    "not_joined": N_(
        "%(organization)s : %(service)s n'a pas pu recevoir votre demande %(reference)s. Nous la reprenons, vous "
        "n'avez rien à faire. Suivi : %(link)s"
    ),
    "missing_piece": N_(
        "%(organization)s : il manque une pièce à votre demande %(reference)s. Pour l'envoyer : %(link)s"
    ),
    "asked": N_(
        "%(organization)s : une question sur votre demande %(reference)s. Pour y répondre : %(link)s"
    ),
    "passed_on": N_(
        "%(organization)s : vos fichiers pour la demande %(reference)s sont transmis à %(service)s. Suivi : %(link)s"
    ),
    "done": N_("%(organization)s : %(service)s a traité votre demande %(reference)s. Suivi : %(link)s"),
    "done_without_help": N_(
        "%(organization)s : %(service)s n'a pas pu vous aider. Nous reprenons votre demande %(reference)s. "
        "Suivi : %(link)s"
    ),
    "unreachable": N_(
        "%(organization)s : %(service)s n'a pas réussi à vous joindre. Nous reprenons votre demande %(reference)s. "
        "Suivi : %(link)s"
    ),
    "expired": N_(
        "%(organization)s : %(service)s n'a pas répondu. Nous reprenons votre demande %(reference)s. Suivi : %(link)s"
    ),
}
DISCREET = N_("%(organization)s : du nouveau pour votre demande %(reference)s. Suivi : %(link)s")
REJECTS = N_(
    "Sans réponse le %(date)s, votre demande sera considérée comme refusée. Vous aurez alors deux mois pour contester "
    "ce refus auprès de ce service ou devant le tribunal administratif."
)
REJECTS_LATER = N_("Le délai de réponse est suspendu jusqu’à ce que vous donniez la pièce demandée.")
ACCEPTS = N_(
    "Sans réponse le %(date)s, votre demande sera considérée comme acceptée. Vous pourrez en demander l’attestation à "
    "ce service."
)
ACCEPTS_LATER = N_(
    "Pour cette demande, deux mois de silence valent accord. Ils partent du jour où le service compétent l’a reçue : "
    "nous vous dirons la date."
)
ACCEPTS_WITH_PIECE = N_(
    "Les deux mois au bout desquels le silence vaut accord partiront du jour où vous aurez donné la pièce demandée."
)
TAKEN_BACK = N_(
    "Sans réponse de ce service le %(date)s, nous reprenons votre demande et nous vous le disons."
)
BRIEF = {
    REJECTS: N_("Sans réponse le %(date)s : refus."),
    ACCEPTS: N_("Sans réponse le %(date)s : accord."),
    TAKEN_BACK: N_("Sans réponse le %(date)s, nous la reprenons."),
}
STATES = {  # who has it now, on the follow-up page
    "sent": N_("Transmise, pas encore lue"),
    "received": N_("Reçue par ce service"),
    "accepted": N_("Ce service s’en occupe"),
    "refused": N_("Refusée par ce service"),
    "duplicate": N_("Ce service dit l’avoir déjà"),
    "not_joined": N_("Ce service n’a pas pu la recevoir"),
    "missing_piece": N_("Il manque une pièce"),
    "done": N_("Traitée"),
    "done_without_help": N_("Ce service n’a pas pu vous aider"),
    "unreachable": N_("Ce service n’a pas pu vous joindre"),
    "expired": N_("Restée sans réponse"),
    "told": N_("À vous de contacter ce service"),
}
WHOSE = {  # who has it, once that service has it no more
    "refused": N_("Nous l’avons reprise : un agent cherche qui est compétent."),
    "duplicate": N_("Nous vérifions ce qu’il en est."),
    "not_joined": N_("Nous l’avons reprise."),
    "missing_piece": N_("Il manque une pièce : envoyez-la ci-dessous, nous la transmettrons."),
    "done_without_help": N_("Nous l’avons reprise."),
    "unreachable": N_("Nous l’avons reprise. Vérifiez vos coordonnées, ou écrivez-nous ci-dessous."),
    "expired": N_("Nous l’avons reprise."),
}
OVER = ("done",)
REFUSED = {"missing_piece": "missing_piece", "duplicate": "duplicate", "unreachable": "not_joined"}


def step_of(referral: Referral, step: str) -> str:
    """The step as sentences name it: someone told where to go was not passed on, and not every refusal says that the
    matter is another's."""
    if step == "refused":
        return REFUSED.get(referral.refusal, step)
    return "told" if step == "sent" and referral.way == "told" else step


def of_silence(referral: Referral) -> Said | None:
    """What silence means from here, and when; None where there is none to speak of."""
    if referral.state in OVER or referral.way == "told":
        return None
    found = clocks.silence(referral)
    if found.on is not None:
        return (ACCEPTS if found.means == "acceptance" else REJECTS), {"date": found.on}
    if found.means == "rejection":
        return REJECTS_LATER, {}
    if found.means == "acceptance":
        return (ACCEPTS_WITH_PIECE if found.suspended else ACCEPTS_LATER), {}
    back = clocks.taken_back_on(referral, receivers.partner_of(referral.service))
    return (TAKEN_BACK, {"date": back}) if back and referral.state in ("sent", "received") else None


def whose_now(referral: Referral) -> str:
    """Who has the request, once this service has it no more."""
    return WHOSE.get(step_of(referral, referral.state), "")
