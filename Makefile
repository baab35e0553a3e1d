# Every target makes .venv from requirements.lock first, hash-checked; nothing is reinstalled unless the lock or pyproject changed.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.DEFAULT_GOAL := help
.PHONY: help demo test lint format notebooks bench soak corpus models app lab lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v=sys.version_info; sys.exit(0 if (3,11)<=v<(3,14) else f"Python 3.11, 3.12 or 3.13 is needed, got {v[0]}.{v[1]}; name one with `make PYTHON=python3.12 ...`.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing from requirements.lock ..."
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## both frameworks, the mapped sample and a report, written to demo/
	$(BIN)/kempen demo -o demo

test: $(STAMP) ## the whole test suite, doctests and README code included
	$(BIN)/python -m pytest

lint: $(STAMP) ## ruff and mypy
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP) ## let ruff rewrite what it can
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

notebooks: $(STAMP) ## execute all notebooks from the top and keep their outputs
	$(BIN)/python notebooks/execute.py

bench: $(STAMP) ## accuracy, speed and memory against peers (installs the extra `bench`)
	$(PIP) install -e '.[bench]' && $(BIN)/python benchmarks/classify.py && $(BIN)/python benchmarks/scale.py 10000 --start-up

soak: $(STAMP) ## kills, here and on a cluster, fuzzing, commands without a network and all notebooks in full; hours
	KEMPEN_KILLS=60 KEMPEN_FUZZ=100000 $(BIN)/python -m pytest tests/integration/test_batch.py tests/integration/test_cluster.py tests/integration/test_hostile.py tests/integration/test_fuzz.py tests/integration/test_no_network.py && $(BIN)/python notebooks/execute.py --check

corpus: $(STAMP) ## rebuild corpus/frameworks and corpus/manifest.json from the raw files
	$(BIN)/python corpus/build.py

models: $(STAMP) ## encoder, shipped model and its card with all tables (installs the extra `train`)
	$(PIP) install -e '.[train]'
	$(BIN)/kempen train --encoder fine-tune --ablations --learning-curve -o models/base

app: $(STAMP) ## review comments in the browser, on this machine only (installs the extra `app`)
	$(PIP) install --no-build-isolation -e '.[app]' && $(BIN)/kempen app

lab: $(STAMP) ## open the notebooks in JupyterLab, in Dutch, on this machine
	JUPYTER_CONFIG_PATH="$(CURDIR)/notebooks/.jupyter" $(BIN)/jupyter lab --ip=127.0.0.1 --LabApp.extension_manager=readonly notebooks

lock: ## write requirements.lock anew from pyproject.toml (needs uv)
	uv lock && uv export -q --no-emit-project --no-header --extra app --extra dev --extra notebooks --format requirements-txt -o requirements.lock

clean: ## remove .venv, demo/ and caches
	rm -rf .venv demo build dist .pytest_cache .mypy_cache .ruff_cache *.egg-info
