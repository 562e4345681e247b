# Two commands on a fresh machine; each makes its own environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Holds for what is installed and for what builds it.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt

.PHONY: run test test-lowest test-newest docs figure benchmark clean

run: $(VENV)/.installed
	$(BIN)/memsim run

test: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tests/check_types.py
	# Two processes; more threads than those would only wait for one another.
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

# The public interface with the lowest versions that setup.cfg permits.
test-lowest: $(VENV)/.installed-test
	$(BIN)/python -m pytest -k lowest_permitted tests/test_packaging.py

# The same with the newest, which constraints.txt does not pin.
test-newest: $(VENV)/.installed-test
	$(BIN)/python -m pytest -k newest_permitted tests/test_packaging.py

# The site, all of whose examples run; without make: python -m sphinx -W --keep-going -b html docs build/docs
docs: $(VENV)/.installed-docs
	OMP_NUM_THREADS=1 $(BIN)/python -m sphinx -W --keep-going -b html docs build/docs

benchmark: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.speed

# The figure at the head of the README.
figure: $(VENV)/.installed
	$(BIN)/memsim run --models CMR SAM SIMPLE TCM TCMA DNC DNC:people LSTM --out build/figure
	cp build/figure/comparison.png examples/comparison.png

$(VENV)/.installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -e .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(INSTALL) -e ".[test]"
	touch $@

$(VENV)/.installed-docs: $(VENV)/.installed
	$(INSTALL) -e ".[docs]"
	touch $@

clean:
	rm -rf $(VENV) build dist docs/generated *.egg-info
