"""The figures of reports in words: what each is called, and its formula as supervisors read it."""

from __future__ import annotations

from dataclasses import dataclass

from portal.directory.names import slug_of


@dataclass(frozen=True, slots=True)
class Figure:
    """`formula` is the one of docs/reports.md, in one sentence; its heading there is `name`."""

    name: str
    formula: str

    @property
    def anchor(self) -> str:
        return "s-" + slug_of(self.name, longest=40)  # as `articles.bodies` names headings


FIGURES = {
    "contacts": Figure("Contacts", "échanges commencés dans la période, sur tous les moyens"),
    "pick_up": Figure(
        "Taux de décroché par un agent",
        "appels pris en charge par un agent ÷ appels qui demandaient un agent ; les réponses du menu sont à part",
    ),
    "by_menu": Figure(
        "Réponses du menu seul", "appels que le menu seul a renseignés ou passés à un autre service"
    ),
    "left_menu": Figure(
        "Raccrochés dans le menu", "appels qui ont raccroché dans le menu sans rien entendre d’utile"
    ),
    "voicemails": Figure("Messages vocaux", "appels qui ont laissé un message sur le répondeur"),
    "within_20": Figure(
        "Répondus en moins de 20 s", "appels répondus en 20 s au plus ÷ appels entrés dans une file"
    ),
    "within_60": Figure(
        "Répondus en moins de 60 s", "appels répondus en 60 s au plus ÷ appels entrés dans une file"
    ),
    "gave_up": Figure("Abandons", "appels raccrochés pendant l’attente ÷ appels entrés dans une file"),
    "in_time": Figure(
        "Demandes traitées dans le délai annoncé",
        "demandes traitées au plus tard à la date annoncée ÷ demandes dont la date annoncée est dans la période, "
        "ou traitées avant elle",
    ),
    "kept": Figure(
        "Promesses tenues à temps",
        "promesses tenues à la date promise ÷ promesses dues dans la période, celles abandonnées à part",
    ),
    "one_visit": Figure(
        "Répondu en une fois",
        "contacts conclus par une réponse, sans promesse, sans renvoi et sans venue dans les 7 jours d’avant, et "
        "visites du site qui ont trouvé seules ÷ contacts conclus et visites qui ont donné un avis",
    ),
    "settled": Figure(
        "Résolu dès le premier contact",
        "premiers contacts conclus sans que la personne revienne sur le sujet dans les 7 jours ÷ premiers contacts, "
        "par tous les moyens ; comptés une fois les 7 jours passés",
    ),
    "again": Figure(
        "Contacts répétés",
        "contacts d’une personne déjà venue sur le sujet dans les 7 jours d’avant ÷ contacts dont la personne et le "
        "sujet sont connus",
    ),
    "deflected": Figure(
        "Trouvé sans nous écrire",
        "visites qui ont dit qu’un article les a aidées et n’ont envoyé aucune demande ÷ visites qui ont donné un avis",
    ),
    "communes": Figure(
        "Par commune", "où moins de cinq personnes sont venues, les communes sont comptées ensemble"
    ),
    "in_vain": Figure("Cherché sans résultat", "recherches qui n’ont rien trouvé, faites deux fois au moins"),
    "referrals": Figure(
        "Orientations selon leur suite",
        "orientations faites dans les contacts de la période, par organisation",
    ),
}
