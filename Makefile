# A bare checkout needs Python 3.11 or newer, make and git; everything else is put into .venv.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
SDK := $(VENV)/sdk
# As many tests at once as there are processors; make test AT_ONCE= runs them one after another.
AT_ONCE ?= -n logical --maxprocesses 6 --dist worksteal

.PHONY: run test test-sqlite test-postgresql lint format bench docs screenshots lock browser clean

# Another port: make run SERVE="--port 8001".
run: $(VENV)/.run
	$(BIN)/python manage.py serve --demo $(SERVE)

test: test-sqlite test-postgresql

test-sqlite: $(VENV)/.test browser $(SDK)/.ready
	FLOWRA_TEST_SDK_PYTHON=$(CURDIR)/$(SDK)/bin/python $(BIN)/python -m pytest -q $(AT_ONCE)

test-postgresql: $(VENV)/.test
	FLOWRA_TEST_DATABASE=postgresql $(BIN)/python -m pytest -q $(AT_ONCE) -m both_databases

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/python -m tests.plugins.typed

format: $(VENV)/.test
	$(BIN)/ruff check --quiet --select I --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test
	$(BIN)/python -m tests.bench

# A picture of every page in every state, to be looked through: build/gallery/index.html. The docs' pictures are among them.
screenshots: $(VENV)/.test browser
	rm -rf build/gallery
	GALLERY_FOLDER=$(CURDIR)/build/gallery $(BIN)/python -m pytest -q $(AT_ONCE) tests/gallery
	cp build/gallery/docs/*.png docs/
	@echo "Open build/gallery/index.html"

# The site, in build/docs.
docs: $(VENV)/.test
	$(BIN)/python -m sphinx -q -W --keep-going docs build/docs
	@echo "Open build/docs/index.html"

# Versions and hashes for every platform and Python, without the address of any index.
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --system-certs --quiet --upgrade
lock: $(VENV)/.test
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --all-extras -c requirements.lock -o requirements-test.lock
	$(COMPILE) tests/sdk/requirements.in -o tests/sdk/requirements.lock

# The system's Chromium, or else one of Playwright's own.
browser: $(VENV)/.test
	@$(BIN)/python -m tests.chromium >/dev/null 2>&1 || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation fonts-ipafont-gothic >/dev/null; } || \
	$(BIN)/playwright install chromium || \
	{ echo "The tests need a Chromium: install your system's package and put \`chromium\` into the PATH."; exit 1; }

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "Flowra needs Python 3.11 or newer, and none is in the PATH. Install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; } || \
	{ echo "$(PYTHON) cannot make virtual environments: on Debian and Ubuntu, install python3-venv."; exit 1; }
	$(PYTHON) -m venv $(VENV)

PIP := -m pip install --quiet --disable-pip-version-check
OFFLINE := { echo "pip could not install what Flowra needs. Without a way to a package index, point pip at one (PIP_INDEX_URL), then run make again."; exit 1; }

$(VENV)/.run: $(BIN)/python requirements.lock pyproject.toml
	@echo "Installing Flowra into $(VENV) …"
	@$(BIN)/python $(PIP) --require-hashes -r requirements.lock && $(BIN)/python $(PIP) --no-deps -e . || $(OFFLINE)
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-test.lock
	@echo "Installing what the tests need …"
	@$(BIN)/python $(PIP) --require-hashes -r requirements-test.lock || $(OFFLINE)
	@touch $@

# The official client has our package's import name: it lives in an environment of its own.
$(SDK)/.ready: $(BIN)/python tests/sdk/requirements.lock
	@$(BIN)/python -m venv $(SDK)
	@$(SDK)/bin/python $(PIP) --require-hashes -r tests/sdk/requirements.lock || $(OFFLINE)
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info
