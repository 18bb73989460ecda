# make run · make test · make check · make bench. Python 3.11 or later is all that is needed beforehand.
PYTHON ?= python3
BIN := .venv/bin
APT := apt-get -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=10
export FLASK_APP := wsgi
export PYTHONDONTWRITEBYTECODE :=  # many processes read the same code: it is compiled once

.PHONY: help install install-dev run test suite test-real unit check lint bench messages chromium

help:
	@echo "make run        the demo town: portal, worker and simulated phone network"
	@echo "make test       everything that must be true, on SQLite and PostgreSQL"
	@echo "make unit       the rules, on SQLite: under a minute, to be run often"
	@echo "make test-real  the tests over the whole of the real data"
	@echo "make check      lint, types, architecture"
	@echo "make bench      the figures of bench/README.md"

.venv/installed: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

install: .venv/installed
	@$(BIN)/pybabel --quiet compile -d portal/translations 2>/dev/null || $(BIN)/pybabel compile -d portal/translations

install-dev: install .venv/installed-dev

run: install
	@$(BIN)/python -m portal.run

chromium:
	@command -v chromium-headless-shell >/dev/null || { command -v apt-get >/dev/null && { $(APT) update; \
		$(APT) install -y chromium-headless-shell || command -v chromium || $(APT) install -y chromium; } >/dev/null 2>&1; } || true

check: install-dev lint
	$(BIN)/python -m pytest tests/test_architecture.py tests/test_typography.py

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: install-dev
	$(BIN)/python -m pytest -n 2 tests/knowledge_base tests/portal tests/test_page.py --ignore tests/portal/views \
		-m "not browser and not whole and not slow" -k "not postgresql and not who_sees_what and not demo_town and not round_trip"

test: install-dev chromium
	@$(MAKE) --no-print-directory -j 2 lint suite

suite:
	$(BIN)/python -m pytest -n 4 -m "not whole"

test-real: install-dev
	$(BIN)/python -m pytest -n 2 tests/real

bench: install-dev
	$(BIN)/python -m bench

messages: install-dev
	$(BIN)/pybabel --quiet extract -F babel.cfg -k N_ -k Refused -k gettext -k ngettext:1,2 --no-location --sort-output --omit-header -o portal/translations/messages.pot .
	for language in en ar; do $(BIN)/pybabel --quiet update -i portal/translations/messages.pot -d portal/translations -l $$language --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap; done
	rm portal/translations/messages.pot
