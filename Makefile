# Two commands: `make run` and `make test`. Nothing but Python 3.11+ and make has to be there before.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRA := $(if $(filter none,$(COACH_LLM)),base,embedded)

unexport PYTHONDONTWRITEBYTECODE  # what is compiled once need not be compiled again by every process
.PHONY: run test lint bench evals evals-accept soak train-coder train-search lock clean

run: ## set up what is missing, then serve on http://127.0.0.1:7860
	@$(PYTHON) bootstrap.py $(EXTRA)
	@$(BIN)/python app.py

test: ## set up everything, then run every test, then a sample of the evaluations against the committed baseline
	@$(PYTHON) bootstrap.py embedded evals dev
	@$(BIN)/python -m coach model join
	@$(BIN)/python -m pytest -m "not timed" -n 2 --dist worksteal --durations=15
	@$(BIN)/python -m pytest -m timed -n 2 --dist loadfile
	@$(BIN)/coach eval --quick

lint:
	@$(PYTHON) bootstrap.py dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: ## the figures of the README, each as a ratio within one run
	@$(PYTHON) bootstrap.py embedded
	@$(BIN)/python -m coach model join
	@$(BIN)/python -m evals.bench

evals: ## how good it is: every figure with its interval and bar, the worst cases, as a page: evals/reports/latest/index.html; interrupted, it goes on where it was
	@$(PYTHON) bootstrap.py embedded evals
	@$(BIN)/python -m coach model join
	@$(BIN)/coach eval
	@$(BIN)/python -m evals.docs

evals-accept: ## renew the baseline that the quick run is held against: make evals-accept WHY="what changed and why it is right"
	@$(PYTHON) bootstrap.py embedded evals
	@$(BIN)/coach eval --accept "$$WHY"

soak: ## 10,000 hostile turns over every simulated patient, then 200 concurrent saves and searches in each of 26 lives of a server that is killed 25 times; half an hour
	@$(PYTHON) bootstrap.py base
	@$(BIN)/python -m tests.practice.soak
	@$(BIN)/python -m tests.curate.soak

train-coder: ## train the rater of practice from COACH_ANNOMI=folder; an hour on two cores; its table: coach eval coder
	@$(PYTHON) bootstrap.py embedded evals
	@$(BIN)/python -m evals.train_coder

train-search: ## train the search adapter from evals/train_search/queries.jsonl and scenarios.jsonl; a quarter of an hour on two cores
	@$(PYTHON) bootstrap.py embedded evals
	@$(BIN)/python -m evals.train_search

lock: ## renew constraints.txt from what is installed
	@$(BIN)/pip freeze --exclude-editable | grep -v -i '^conversation' > constraints.txt

clean: ## remove the virtual environment (joined model and index are in the cache folder: `coach doctor` shows it)
	rm -rf $(VENV)
