# Everything this project does, one word each; `make` alone lists them.
# ARGS is passed on, as in `make test ARGS="-k samplers -x"` or `make train ARGS="--steps 2000"`.

PYTHON ?= python3
PORT ?= 8501
# One more than there are processors: a test in the browser waits now and then.
WORKERS ?= $(shell expr $$(nproc) + 1)
ARGS ?=

BIN := .venv/bin
# What is there: all that the app needs, and what the tests and the linters need besides.
READY := .venv/.ready
READY_DEV := .venv/.ready-dev
NODE := $(BIN)/node
LINTERS := node_modules/.ready
# What runs the network in the reader's tab.
ENGINE := pages/engine/files/version
# Fonts that are light to send.
FONTS := pages/frame/fonts/files/version
# As pip does, but on all processors. Some packages bring templates that are no Python yet.
COMPILE = @$(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null || true
SOURCES := $(wildcard app.py diffusion_core quizzes pages benchmarks)
DIRECT = $(shell sed -nE 's/^([A-Za-z][A-Za-z0-9_.-]*)==.*/\1/p' requirements.txt requirements-dev.txt)

.DEFAULT_GOAL := help
.PHONY: help run test setup train moments distil evaluate load chaos benchmark assets lint format pin

help:  ## list what make can do
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-18s%s\n", $$1, $$2}'

run: $(READY) $(ENGINE) $(FONTS)  ## start the app on http://localhost:8501 (another port: PORT=8600)
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.headless true $(ARGS)

test: $(READY_DEV) $(ENGINE) $(FONTS)  ## run the tests, on all processors, and name the slowest (one after another: WORKERS=0)
	$(BIN)/python -m pytest -n $(WORKERS) --durations 20 $(ARGS)

setup: $(READY_DEV) $(ENGINE) $(FONTS)  ## make .venv and install everything; the other targets do it by themselves

$(READY): requirements.txt constraints.txt
	@command -v $(PYTHON) >/dev/null || \
	  { echo "There is no $(PYTHON) here: install Python 3.11 or newer, or name one with PYTHON=." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed and $(PYTHON) is older: name a newer one with PYTHON=." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --no-compile -r requirements.txt
	$(COMPILE)
	@touch $@

$(READY_DEV): requirements-dev.txt $(READY)
	$(BIN)/pip install --no-compile -r requirements-dev.txt
	$(COMPILE)
	@touch $@

# Never fails: without npm's registry the server draws, and the next call tries again.
$(ENGINE): pages/engine/package-lock.json $(READY)
	$(BIN)/python -m pages.engine.fetch

# Never fails, either: without them Streamlit's are sent whole.
$(FONTS): pages/frame/fonts/make.py $(READY)
	$(BIN)/python -m pages.frame.fonts.make

train: $(READY)  ## train the model, or resume a run that was stopped
	$(BIN)/python -m diffusion_core train $(ARGS)

moments: $(READY)  ## find out how a recorded run of training learned (needs MNIST)
	$(BIN)/python -m diffusion_core moments $(ARGS)

distil: $(READY)  ## teach a copy of it to draw in a few leaps
	$(BIN)/python -m diffusion_core distil $(ARGS)

evaluate: $(READY)  ## measure how good the model is
	$(BIN)/python -m diffusion_core evaluate $(ARGS)

load: $(READY) $(ENGINE) $(FONTS)  ## send many visitors at once
	$(BIN)/python -m tests.load $(ARGS)

chaos: $(READY_DEV) $(ENGINE) $(FONTS)  ## five minutes of everything that can go wrong around it
	$(BIN)/python -m tests.chaos $(ARGS)

benchmark: $(READY_DEV) $(ENGINE) $(FONTS)  ## measure how fast it is
	$(BIN)/python -m benchmarks $(ARGS)

assets: $(READY_DEV)  ## draw again what the app shows before anything is pressed
	$(BIN)/python -m diffusion_core assets $(ARGS)

# What lints and types the JavaScript: from npm, by the lock file. The app and its tests need none.
$(LINTERS): $(READY_DEV) package.json package-lock.json
	$(BIN)/npm ci --no-progress
	@touch $@

lint: $(READY_DEV) $(LINTERS)  ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy $(SOURCES)
	$(NODE) node_modules/eslint/bin/eslint.js
	$(NODE) node_modules/typescript/bin/tsc
	$(BIN)/python -m quizzes check

format: $(READY_DEV)  ## put the code into the one layout
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

pin: $(READY_DEV)  ## after a change to requirements*.txt: write constraints.txt anew
	$(BIN)/pip install -U --upgrade-strategy eager $$(grep -hE '^[A-Za-z].*==' requirements*.txt)
	@{ sed -n '/^#/p' constraints.txt; $(BIN)/pip freeze $(DIRECT:%=--exclude %) --exclude setuptools; } > .pinned
	@mv .pinned constraints.txt
