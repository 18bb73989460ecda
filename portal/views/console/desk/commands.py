"""What the keyboard does, on a page that needs no script: the command palette is the same with one.

Opened from a case, it has the macros of that case too.
"""

from __future__ import annotations

from flask import render_template, request

from portal.cases import keeping
from portal.cases.changing import macros
from portal.views.console.door import agents, bp, me

KEYS = (
    (
        "Partout",
        (
            ("?", "Montrer ce que font les touches de la page"),
            ("Ctrl K", "Trouver une page ou une action par son nom, un citoyen, une affaire"),
            ("/", "Chercher"),
            ("a", "Accueil"),
            ("d", "Affaires"),
            ("c", "Chercher"),
            ("n", "Saisir un contact"),
            ("o", "Orientations"),
            ("r", "Chercher une réponse"),
            ("h 1", "Le premier des échanges commencés ; h 2 le deuxième, et ainsi de suite"),
        ),
    ),
    (
        "Au téléphone",
        (
            ("v", "Disponible"),
            ("b", "Pause"),
            ("s", "Ouvrir l’appel en cours"),
            ("+", "Encore une minute après l’appel"),
        ),
    ),
    (
        "Dans un échange ou une affaire",
        (
            ("p", "Prendre"),
            ("m", "Écrire une note"),
            ("e", "Répondre au citoyen, ou modifier"),
            ("t", "Terminer, enregistrer"),
            ("z", "Annuler ce qui vient d’être fait"),
        ),
    ),
    (
        "Dans les listes d’affaires",
        (
            ("g 1", "La première vue ; g 2 la deuxième, et ainsi de suite"),
            ("y", "Choisir d’autres affaires"),
            ("x", "Changer les affaires cochées"),
            ("j", "La suite de la liste"),
        ),
    ),
    (
        "Tous les autres boutons",
        (
            (
                ". e n",
                "Un point, puis deux lettres de ce que dit le bouton : la fenêtre des touches les montre",
            ),
        ),
    ),
)


@bp.get("/commands")
@agents
def commands() -> str:
    case_id = request.args.get("case", type=int)
    case = keeping.find_case(case_id, by=me()) if case_id else None
    usable = macros.usable(case) if case else []
    return render_template(
        "console/desk/commands.html", groups=KEYS, case=case, macros=usable, values={}, errors={}
    )
