# What a developer or CI runs. Needs git, make and python3 (3.11 or newer) with venv; everything else is fetched by pip.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEV    := $(VENV)/.ready-dev
RIVALS := $(VENV)-bench/.ready

.PHONY: help install demo test test-quick lint format bench soak fuzz lock chromium clean

help:
	@echo "make demo    the whole product on a sandbox shop; no account needed"
	@echo "make install alertd in $(VENV), with every library pinned"
	@echo "make test    every test          make lint    ruff and mypy"
	@echo "make bench   timings             make soak    faults, for minutes"
	@echo "make lock    compile requirements*.txt anew"

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "alertd needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making the environment in $(VENV) (once; about half a minute) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "python3 cannot make an environment; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(DEV): requirements-dev.txt $(READY)
	@echo "Adding the tools for tests and lint ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# What the timings compare with (pandas) lives in an environment of its own: alertd must never come to lean on it.
$(RIVALS): requirements-bench.txt
	@echo "Making the environment of the programs that the timings compare with ..."
	@$(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

install: $(READY)
	@echo 'alertd is in $(BIN). Now: export PATH="$$PWD/$(BIN):$$PATH"'

demo: $(READY)
	@exec $(BIN)/alertd demo

test: $(DEV) chromium
	$(BIN)/python -m pytest -n 2

test-quick: $(DEV)
	$(BIN)/python -m pytest -n 2 -m "not browser" -x

# The browser tests drive the system's Chromium. Where it can be installed without asking, do; else they say so and are skipped.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	{ if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium for the browser tests ..."; \
	    (apt-get update && apt-get install -y --no-install-recommends chromium) >/dev/null 2>&1 || true; fi; \
	  command -v chromium >/dev/null || \
	  echo "*** NO CHROMIUM HERE: the browser tests will be SKIPPED. Install it (Debian: apt-get install chromium). ***"; }

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit -q -c pyproject.toml -r alertd

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV) $(RIVALS)
	$(BIN)/python -m bench
	$(BIN)/python -m bench.rules
	$(BIN)/python -m bench.pages
	$(BIN)/python -m bench.latency
	$(BIN)/python -m bench.service
	$(BIN)/python -m bench.reconcile

# Faults on purpose, for minutes: killed, stopped, full, broken. The figures are printed.
soak: $(DEV)
	$(BIN)/python -m tests.soak

# What nobody would think of, at every door, for minutes; counts are printed.
fuzz: $(DEV)
	$(BIN)/python -m tests.fuzz

# Hashes of every platform's files, and no index or file addresses, so that each machine's own index serves them.
lock:
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install -q uv
	$(VENV)-lock/bin/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements.txt
	$(VENV)-lock/bin/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.txt
	$(VENV)-lock/bin/uv pip compile pyproject.toml --extra bench --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements-bench.txt
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-bench .demo build dist .pytest_cache .mypy_cache .ruff_cache
