# Everything here needs Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
# The library that demo, ask and serve use.
DATA ?= data/demo
Q ?= When will the Voltessa battery plant open?

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DATELINE := $(BIN)/dateline --data $(DATA)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := test
.PHONY: setup demo demo-model serve ask evals test lint torture screenshots

setup: $(INSTALLED)  ## make .venv with the pinned dependencies

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Dateline needs Python 3.11 or newer; $(PYTHON) is older or is not there." \
			"Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
		echo "The venv module is missing; on Debian: apt install python3-venv." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: setup  ## ingest the seed articles and ask about them
	@$(DATELINE) ingest seeds/articles
	@set -e; for question in \
		"What share of Fennick does its founder own?" \
		"When will the Voltessa battery plant open?" \
		"How many jobs does Voltessa cut?" \
		"How many visitors came to the lantern festival?" \
		"How many passengers were taken off the cruise ship Maravelle?" \
		"Who is the mayor of Port Caddis?"; \
	do printf '\n=== %s\n\n' "$$question"; $(DATELINE) ask "$$question"; done
	@printf '\n%s\n%s\n%s\n' 'Ask your own: make ask Q="How many jobs does Voltessa cut?"' \
		'Over HTTP: make serve' \
		'Your own articles: $(BIN)/dateline ingest PATH, then $(BIN)/dateline ask "..."'

demo-model: setup  ## what is made of an honest, a lying and an obedient model; a script plays them
	@$(BIN)/python -m evals.bench.model_demo

serve: setup  ## answer over HTTP on http://127.0.0.1:8000
	@exec $(DATELINE) serve

ask: setup  ## make ask Q="..."
	@$(DATELINE) ask "$$QUESTION"
ask: export QUESTION := $(value Q)

evals: setup  ## ask every case, grade the answers, hold them to the floors
	@$(BIN)/dateline eval

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup lint
	$(BIN)/python -m pytest -n 2

torture: setup  ## the slow tests
	$(BIN)/python -m pytest -m torture

screenshots: setup  ## pictures of the page, from the seed articles
	@$(BIN)/python tests/screenshots.py
