# The only entry point. `make run` and `make test` need Python 3.11 (with venv), make and git; nothing else.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE := $(BIN)/python console/node.py
STAMP := $(VENV)/.maquette

.PHONY: run test check fix dev gen e2e bench migration clean fast
run: $(STAMP)/run
	@$(BIN)/maquette serve

$(STAMP)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Maquette needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	@mkdir -p $(STAMP) && touch $@

# PyTorch's own index serves CPU builds; where it does not answer, pip's usual index is asked alone.
$(STAMP)/torch: $(STAMP)/venv
	$(BIN)/python deploy/install_torch.py
	@touch $@

CONSOLE := $(shell find console -name node_modules -prune -o -name journeys -prune -o -type f -print 2>/dev/null)
$(STAMP)/run: $(STAMP)/torch pyproject.toml sdk/pyproject.toml $(CONSOLE)
	$(BIN)/pip install --quiet --editable ./sdk --editable '.[engines,tables]'
	@touch $@

$(STAMP)/develop: $(STAMP)/run pyproject.toml
	$(BIN)/pip install --quiet --group develop
	@touch $@

$(STAMP)/node: $(STAMP)/develop console/package-lock.json
	cd console && ../$(BIN)/python node.py npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

test: $(STAMP)/develop $(STAMP)/node
	$(BIN)/python -m pytest -n 2
	cd console && ../$(BIN)/python node.py npx vitest run
	@$(BIN)/python server/tests/left_out.py

fast: $(STAMP)/develop
	$(BIN)/python -m pytest -n 2 -m 'not slow'

check: $(STAMP)/develop $(STAMP)/node
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/python -m pytest server/tests/house
	$(BIN)/maquette openapi | diff -q - console/src/api/openapi.json > /dev/null || { echo "The API changed: run make gen."; exit 1; }
	cd console && ../$(BIN)/python node.py npm run check

fix: $(STAMP)/develop $(STAMP)/node
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd console && ../$(BIN)/python node.py npm run fix

gen: $(STAMP)/develop $(STAMP)/node
	$(BIN)/maquette openapi > console/src/api/openapi.json
	cd console && ../$(BIN)/python node.py npm run gen -- src/api/openapi.json

migration: $(STAMP)/develop
	$(BIN)/python -m maquette.migrations.write "$(NAME)"

e2e: $(STAMP)/develop $(STAMP)/node
	cd console && ../$(BIN)/python node.py npx vitest run --config vitest.journeys.config.ts

dev: $(STAMP)/develop $(STAMP)/node
	$(BIN)/maquette serve & cd console && ../$(BIN)/python node.py npx vite; kill %1

bench: $(STAMP)/develop $(STAMP)/node
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) console/node_modules console/.stamp server/src/maquette/console
