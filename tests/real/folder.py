"""Where the real data are: `RELAIS_REAL_DATA`, or `shared/data` beside a folder above the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def data_folder(name: str) -> Path:
    """A folder of real data; the module that asks for an absent one is skipped."""
    above = [folder / "shared" / "data" for folder in Path(__file__).resolve().parents]
    given = os.environ.get("RELAIS_REAL_DATA")
    for folder in [Path(given)] if given else above:
        if (folder / name).is_dir():
            return folder / name
    pytest.skip(f"the folder of real data {name} is not here", allow_module_level=True)
