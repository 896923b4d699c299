# A bare checkout needs Python 3.11 or newer, make and git; everything else is put into .venv.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
SDK := $(VENV)/sdk

.PHONY: run test test-sqlite test-postgresql lint bench lock browser clean

run: $(VENV)/.run
	$(BIN)/python manage.py serve --demo

test: test-sqlite test-postgresql

test-sqlite: $(VENV)/.test browser $(SDK)/.ready
	FLOWRA_TEST_SDK_PYTHON=$(CURDIR)/$(SDK)/bin/python $(BIN)/python -m pytest -q

test-postgresql: $(VENV)/.test
	FLOWRA_TEST_DATABASE=postgresql $(BIN)/python -m pytest -q -m both_databases

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tests.plugins.typed

bench: $(VENV)/.test
	$(BIN)/python -m tests.bench

# Versions and hashes for every platform and Python, without the address of any index.
lock: $(VENV)/.test
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --upgrade -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --upgrade -c requirements.lock -o requirements-test.lock
	$(BIN)/uv pip compile tests/sdk/requirements.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --upgrade -o tests/sdk/requirements.lock

browser:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || \
	{ [ "$$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } || \
	{ echo "The tests need a Chromium: install the package chromium."; exit 1; }

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Flowra needs Python 3.11 or newer; none is in the PATH."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-test.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

# The official client has our package's import name: it lives in an environment of its own.
$(SDK)/.ready: $(VENV)/bin/python tests/sdk/requirements.lock
	$(BIN)/python -m venv $(SDK)
	$(SDK)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/sdk/requirements.lock
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info
