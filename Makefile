# make serve   build the guide and serve it       make check   lint, types, tests without a browser
# make build   only build it                      make test    every test, in a real browser too
# make bench   the benchmarks                     make clean   remove what the targets above made

PYTHON ?= python3
PORT ?= 8888
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: serve build check test bench format system clean

serve: $(VENV)/installed
	@$(RUN) site_server.py --port $(PORT)

build: $(VENV)/installed
	@$(RUN) build.py

check: $(VENV)/installed-dev
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy
	$(RUN) -m pytest -q -m "not browser"

# In CI (where CI is set) a skipped test is a failure.
test: $(VENV)/installed-dev system
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy
	$(RUN) build.py --strict
	$(RUN) -m pytest $(if $(CI),--fail-on-skip)

bench: $(VENV)/installed-dev
	$(RUN) benchmarks/build_ratio.py
	$(RUN) benchmarks/start_time.py

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
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) site .liveguide .mypy_cache .ruff_cache .pytest_cache
