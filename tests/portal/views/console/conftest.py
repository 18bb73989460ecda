"""Who sits at the console."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests import make
from tests.signing import signed_in


@pytest.fixture
def at_desk(app: Flask, client: Any) -> Any:
    """An agent of the town, signed in."""
    return signed_in(client, make.staff())
