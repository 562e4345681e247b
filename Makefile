# Two commands on a fresh machine; each makes its own environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test figure benchmark clean

run: $(VENV)/.installed
	$(BIN)/memsim run

test: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

benchmark: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.speed

# The figure at the head of the README.
figure: $(VENV)/.installed
	$(BIN)/memsim run --out build/figure
	cp build/figure/comparison.png examples/comparison.png

$(VENV)/.installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
