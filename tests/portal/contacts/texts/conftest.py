from __future__ import annotations

import pytest
from flask import Flask

from tests import make
from tests.network import LINE, Network


@pytest.fixture
def network(app: Flask) -> Network:
    make.line(LINE)
    return Network(app)
