# The whole interface of this project. `make` alone says what there is.
.DEFAULT_GOAL := help
.PHONY: help env run lab test check format bench notebooks lock clean

VENV := .venv/bin/python
export PYTHON

help:  ## say what each target does
	@echo "make TARGET, where TARGET is one of:"
	@while IFS= read -r line; do case $$line in \
	    [a-z]*:*"  ## "*) printf '  %-10s %s\n' "$${line%%:*}" "$${line#*  ## }" ;; esac; done < Makefile

env: .venv/.installed  ## build .venv from requirements.lock (PYTHON=... to choose an interpreter); instant when nothing changed
	@echo "tinylab: the environment .venv is ready"

.venv/.installed: requirements.lock pyproject.toml tasks/env.sh
	@sh tasks/env.sh

run: .venv/.installed  ## the main job: execute the keyword-spotting notebook headless and print its table (NOTEBOOK=... for another, DATA=... for other data)
	@$(VENV) -m tasks.notebooks run $(or $(NOTEBOOK),notebooks/08_keyword_spotting.ipynb) $(if $(DATA),--data "$(DATA)")

lab: .venv/.installed  ## open JupyterLab on notebook 00 (NOTEBOOK=... for another, LAB_ARGS=... for its options)
	@$(VENV) -m jupyterlab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url="/lab/tree/$(or $(NOTEBOOK),notebooks/00_start_here.ipynb)" $(LAB_ARGS)

test: .venv/.installed  ## run every test and re-run every notebook against its committed outputs (TESTS=... for some of them)
	$(VENV) -m pytest --nbval --nbval-current-env -n auto --maxprocesses=4 $(TESTS)

check: .venv/.installed  ## lint (ruff), formatting (ruff) and types (mypy)
	@status=0; for tool in "ruff check ." "ruff format --check ." "mypy"; do \
	    echo "$$tool"; $(VENV) -m $$tool || status=1; done; exit $$status

format: .venv/.installed  ## let ruff format the code and mend what it can
	$(VENV) -m ruff check --fix .
	$(VENV) -m ruff format .

bench: .venv/.installed  ## measure: each figure beside its peer, in one run (BENCH=... for some of them)
	@$(VENV) -m bench $(BENCH)

notebooks: .venv/.installed  ## execute the notebooks again and store their outputs (NOTEBOOKS=... for some of them)
	@$(VENV) -m tasks.notebooks store $(NOTEBOOKS)

lock:  ## developers: write requirements.lock again from pyproject.toml (needs uv; UPGRADE=--upgrade for newer versions)
	@sh tasks/lock.sh $(UPGRADE)

clean:  ## remove what was built (build/, caches); .venv stays
	rm -rf build dist tinylab.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
