"""Small directories as the sources write them: ours, of communes that do not exist."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

COMMUNES = [
    ("96042", "Valbrune", "96", {"codesPostaux": ["96100"], "population": 8214, "anciensCodes": ["96040"]}),
    ("96042", "Valbrune-le-Vieux", "96", {"type": "commune-deleguee", "chefLieu": "96042"}),
    ("96043", "Valbrune-le-Haut", "96", {"type": "commune-deleguee", "chefLieu": "96042"}),
    ("96017", "Saint-Elvin", "96", {"codesPostaux": ["96110"], "population": 1136}),
    ("96023", "Courvelle", "96", {"codesPostaux": ["96110"], "population": 642}),
    ("95001", "Grandville", "95", {"codesPostaux": ["95001", "95002", "95003"], "population": 90_000}),
    *(
        (
            f"9520{n}",
            f"Grandville {n}e Arrondissement",
            "95",
            {"codesPostaux": [f"9500{n}"], "type": "arrondissement-municipal", "commune": "95001"},
        )
        for n in (1, 2, 3)
    ),
    ("94001", "Loinville", "94", {"codesPostaux": ["94100"]}),
]
DEPARTMENTS = [("96", "Orlène", "R1"), ("95", "Basse-Orlène", "R1"), ("94", "Lointaine", "R2")]
HOURS = {"PlageJ": {"début": "lundi", "fin": "vendredi", "PlageH": {"début": "09:00:00", "fin": "12:00:00"}}}


def communes(folder: Path) -> Path:
    """The folder of communes, as « découpage administratif » has it."""
    listed = [
        {"code": code, "nom": name, "departement": department, "type": "commune-actuelle", **more}
        for code, name, department, more in COMMUNES
    ]
    pairs = [
        {"codePostal": "96105", "codeCommune": "96042", "nomCommune": "Valbrune"},
        {"codePostal": "96106", "codeCommune": "96040", "nomCommune": "Autrefois"},
        {"codePostal": "99999", "codeCommune": "99999", "nomCommune": "Nulle-Part"},
    ]
    departments = [{"code": code, "nom": name, "region": region} for code, name, region in DEPARTMENTS]
    folder.mkdir(exist_ok=True)
    (folder / "communes.json.gz").write_bytes(gzip.compress(json.dumps(listed).encode()))
    (folder / "codes-postaux.json").write_text(json.dumps(pairs))
    (folder / "departements.json").write_text(json.dumps(departments))
    return folder


def office(source_id: str, name: str = "", at: tuple[float, float] | None = (48.0, 2.0), **more: Any) -> Any:
    """A record of the national directory."""
    kind, code, _ = source_id.split("-")
    place = {"Localisation": {"Latitude": str(at[0]), "Longitude": str(at[1])}} if at else {}
    said = {
        "id": source_id,
        "codeInsee": code,
        "departement": code[:2],
        "pivotLocal": kind,
        "dateMiseAJour": "2017-11-13",
        "Nom": name or source_id,
        "Adresse": {
            "type": "géopostale",
            "Ligne": "1 place",
            "CodePostal": f"{code[:2]}100",
            "NomCommune": "Ici",
            **place,
        },
        "CoordonnéesNum": {
            "Téléphone": "01 99 00 10 10",
            "Email": "a@orlene.example",
            "Url": "www.orlene.example",
        },
        "Ouverture": HOURS,
    }
    return {"type": "Feature", "properties": {**said, **more}}


def directory(folder: Path, *records: Any) -> Path:
    """A folder with these offices and the kinds' names."""
    folder.mkdir(exist_ok=True)
    lines = (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in records)
    (folder / "annuaire-2017-12.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    (folder / "pivots.csv").write_text("pivot,libelle\nmairie,Mairie ancienne\nphare,Phare\ncentre_impots,\n")
    contacts = [
        {
            "id": "R1",
            "titre": "Phare et balises",
            "pivot": "phare",
            "url": "https://phare.example",
            "nb_fiches": 3,
        },
        {
            "id": "R2",
            "titre": "Autre phare",
            "pivot": "phare",
            "url": "https://autre.example",
            "nb_fiches": 1,
        },
    ]
    (folder / "ou-s-adresser.json").write_text(json.dumps(contacts))
    return folder
