# Every target sets itself up: the first to run makes .venv, and a change of pyproject.toml renews what is in it.
# Any Python from 3.11 on will do:  make clean test PYTHON=python3.13

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.11 python3; do $$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: test demo bench bench-peers lint notebooks clean

test: $(READY)
	$(BIN)/pytest -n auto

demo: $(READY)
	$(BIN)/python -m nn.demo

bench: $(READY)
	$(BIN)/python -m benchmarks

# An environment for each engine that we are measured against: minutes, and 2 GB. Then:  make bench, with all of them.
bench-peers: $(READY)
	$(BIN)/python -m benchmarks.contestants.environments

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Without our addopts, which are for modules and doctests, and with Jupyter's own warnings left as warnings.
notebooks: $(READY)
	$(BIN)/pytest -o addopts= -W default --nbmake notebooks/*.ipynb

clean:
	rm -rf .venv out dist build .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(READY): pyproject.toml | $(BIN)/pip
	$(BIN)/pip install -q --disable-pip-version-check -e ".[dev]"
	@touch $@

# Debian's Python may lack ensurepip, without which `venv` stops half-way: so look first.
$(BIN)/pip:
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || \
		{ echo "Python 3.11 or newer is missing: name one with make PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null || \
		{ echo "python3-venv is missing: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv: once, about a minute"
	@"$(PYTHON)" -m venv --clear .venv || { rm -rf .venv; exit 1; }
