# make serve   build the guide and serve it       make check   lint, types, quick tests; under a minute
# make build   only build it                      make test    every test, in a real browser too
# make audit   the pages by Lighthouse, axe, the Nu Html Checker, and their weight (in `make test` too)
# make fuzz    SECONDS=60, or CASES=1000000: odd requests, frames and texts, others each time
# make killed  a thousand builds killed at random moments: no site of old and new pages
# make soak    SOAK=600 seconds of comings and goings: memory flat, and nothing left behind
# make durable  100,000 messages while servers and Redis are killed: none lost; four minutes
# make autobahn  what the Autobahn test suite says of the protocol; a quarter of an hour
# make containers  the compose file: servers and Redis killed and renewed, nothing lost; needs Docker
# make bench   the benchmarks, into guide/speed/; ONLY="echo broadcast" for these
# make figures guide/speed/ from the figures that are there
#                                                 make clean   remove what the targets above made

PYTHON ?= python3
PORT ?= 8888
VENV := .venv
RUN := $(VENV)/bin/python
NODE := $(VENV)/bin/node
PYTEST := $(RUN) -m pytest
# A worker for each core and one more, since many tests wait for a server or a browser; one that has
# nothing left takes from another's end.
WORKERS = -n $(shell $(RUN) -c "import os; print((os.cpu_count() or 1) + 1)") --dist worksteal

.PHONY: serve dev build check test static audit bench figures fuzz soak killed durable autobahn containers format system clean

serve: $(VENV)/installed
	@$(RUN) site_server.py --port $(PORT)

dev: $(VENV)/installed
	@$(RUN) site_server.py --watch --port $(PORT)

build: $(VENV)/installed
	@$(RUN) build.py

check: static
	$(PYTEST) $(WORKERS) -q -m "not browser and not long and not quiet"

# In CI (where CI is set) a skipped test is a failure.
test: static system
	$(RUN) build.py --strict
	$(PYTEST) $(WORKERS) -q --durations=15 -m "not quiet" $(if $(CI),--fail-on-skip)
	$(PYTEST) -q --durations=3 -m quiet $(if $(CI),--fail-on-skip)

# What needs no pytest. The front end's types and tests are here and nowhere else,
# so `make check`, `make test` and CI each run them once.
static: $(VENV)/installed-dev node_modules/installed
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy
	$(NODE) node_modules/typescript/bin/tsc --project jsconfig.json
	$(NODE) --test --test-reporter=spec 'tests/frontend/**/*.test.js'

audit: $(VENV)/installed-dev node_modules/installed system
	$(PYTEST) $(addprefix tests/e2e/test_,accessibility.py html.py lighthouse.py weight.py)

bench: $(VENV)/installed-dev node_modules/installed
	@scripts/system-packages gcc wrk curl
	$(RUN) benchmarks/bench.py $(ONLY)

figures: $(VENV)/installed-dev
	$(RUN) -m benchmarks.speed.page

fuzz: $(VENV)/installed-dev
	$(RUN) -m tests.fuzz --seconds $(or $(SECONDS),60) $(if $(CASES),--cases $(CASES))

soak: $(VENV)/installed-dev
	$(RUN) -m tests.soak --seconds $(or $(SOAK),600)

killed: $(VENV)/installed-dev
	$(RUN) benchmarks/killed_builds.py

durable: $(VENV)/installed-dev system
	$(RUN) benchmarks/durable.py

autobahn: $(VENV)/installed-dev
	$(RUN) scripts/autobahn.py

containers: $(VENV)/installed-dev
	$(RUN) scripts/containers.py

format: $(VENV)/installed-dev
	$(VENV)/bin/ruff format
	$(VENV)/bin/ruff check --fix

system:
	@scripts/system-packages

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Liveguide needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "Python can't make a virtual environment; on Debian: apt install python3-venv"; exit 1; }

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[guide]'
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/installed

# No lock file: it would name the registry it was made with. The version is exact.
node_modules/installed: package.json | $(VENV)/installed-dev
	$(VENV)/bin/npm install --no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@

clean:
	rm -rf $(VENV) node_modules benchmarks/.peers site .liveguide .mypy_cache .ruff_cache .pytest_cache
