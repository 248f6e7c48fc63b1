# Each command makes its own set-up: it needs Python 3.11 or newer, and make.
#   make PYTHON=/path/to/python3.12 workbook    to choose the interpreter

SHELL := /bin/sh
# Each run is a process of its own: to compile all modules each time would cost seconds.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
RUN := $(VENV)/bin/python
# Tests run in as many processes (three are no quicker on two processors); those of one
# file, or of one notebook, stay together, for what they share.
WORKERS := 2
INSTALL := $(RUN) -m pip install --quiet --disable-pip-version-check
# Written by a finished installation; they hold the folder for which it was made, since
# a virtual environment cannot be moved.
READY := $(VENV)/.ready-to-run
READY_TO_TEST := $(VENV)/.ready-to-test
ASKS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help workbook test lab check bench preview look versions faults strip constraints clean
.DELETE_ON_ERROR:

# An installation that was made for another folder does not count.
$(foreach stamp,$(READY) $(READY_TO_TEST),$(shell \
  if [ -f $(stamp) ] && [ "$$(cat $(stamp))" != "$$(pwd)" ]; then rm -f $(stamp); fi))

help: ## Show this list
	@echo "Rare Earth Workbook. What make can do:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1#\2/p' Makefile | \
	  while IFS='#' read -r name text; do printf '%-18s %s\n' "$$name" "$$text"; done

workbook: $(READY) ## Render all notebooks into outputs/
	@echo "rendering the notebooks; those that are up to date take no time"
	@$(RUN) -m rareearth render

test: $(READY_TO_TEST) ## Check style, types and data, and run every test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	@if command -v chromium >/dev/null; then :; \
	elif [ -n "$$CI" ]; then echo "no chromium on the PATH, and CI is set: nothing may be skipped"; exit 1; \
	else echo "no chromium on the PATH: the browser tests are skipped"; fi
	$(RUN) -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

lab: $(READY) ## Open JupyterLab in notebooks/; ARGS="--port=9999" is passed on
	@$(RUN) -m jupyterlab --LabApp.default_url=/lab/tree/notebooks $(ARGS)

check: $(READY) ## Validate the figures in data/, and say what is past due
	@$(RUN) -m rareearth check
	@$(RUN) -m rareearth check --due || true

bench: $(READY_TO_TEST) ## Measure the renderer against the usual tools (minutes)
	@$(RUN) tests/benchmarks/bench.py

preview: $(READY_TO_TEST) ## Write the README's findings and take its pictures anew
	@$(RUN) docs/preview.py

look: $(READY_TO_TEST) ## Picture every report, run every notebook in JupyterLab (minutes)
	@RAREEARTH_LOOK=all $(RUN) -m pytest tests/reports/test_reports_browser.py tests/reports/test_jupyterlab.py tests/notebooks/test_turned.py tests/render/test_render_warm.py -q

versions: ## Try each Python here with the oldest and newest libraries (long)
	@$(or $(PYTHON),python3) tests/versions.py

faults: $(READY_TO_TEST) ## Kill the renderer at 50 random moments (long)
	@RAREEARTH_KILLS=50 $(RUN) -m pytest tests/render/test_render_kills.py -q -s

strip: $(READY) ## Empty the outputs of the notebooks, as git should hold them
	@$(RUN) -m nbconvert --clear-output --inplace --log-level WARN \
	  --ClearMetadataPreprocessor.enabled=True \
	  --ClearMetadataPreprocessor.preserve_cell_metadata_mask="{'tags'}" \
	  --ClearMetadataPreprocessor.preserve_nb_metadata_mask="{'kernelspec', 'rareearth_seconds', ('language_info', 'name')}" \
	  notebooks/*.ipynb

constraints: ## Write constraints.txt anew from the newest versions
	@$(MAKE) --no-print-directory new VENV=$(VENV)/new
	@head -n 3 constraints.txt > $(VENV)/new/constraints.txt
	@$(VENV)/new/bin/python -m pip freeze --exclude-editable >> $(VENV)/new/constraints.txt
	@mv $(VENV)/new/constraints.txt constraints.txt
	@rm -rf $(VENV)/new
	@echo "constraints.txt is new; run make test before you keep it"

clean: ## Remove .venv, caches and everything in outputs/ but its README
	rm -rf $(VENV) .pytest_cache .hypothesis .mypy_cache .ruff_cache build dist
	find outputs -mindepth 1 ! -path outputs/README.md -delete
	find rareearth tests -name __pycache__ -prune -exec rm -rf {} +

# What follows is set-up. The first suitable interpreter is taken, or the one given.
define make_venv
	@fits='import sys; sys.exit(sys.version_info < (3, 11))'; \
	chosen=; \
	for each in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	  if command -v "$$each" >/dev/null && "$$each" -c "$$fits" 2>/dev/null; \
	  then chosen=$$each; break; fi; \
	done; \
	if [ -z "$$chosen" ]; then \
	  echo "no Python 3.11 or newer among: $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python)"; \
	  echo "name one, as in: make PYTHON=/path/to/python3.12 $(or $(MAKECMDGOALS),help)"; \
	  exit 1; \
	fi; \
	if ! "$$chosen" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$chosen has no venv module (on Debian and Ubuntu: apt-get install python3-venv)"; \
	  exit 1; \
	fi; \
	echo "making the environment $(VENV) with $$("$$chosen" --version)"; \
	"$$chosen" -m venv $(VENV)
endef

# pip is silent, and it is what takes long: so it is announced.
say_install = @echo "installing $(1) into $(VENV), about 1 GB: minutes the first time"

$(READY): $(ASKS)
	$(make_venv)
	$(call say_install,JupyterLab and what else the workbook needs)
	@$(INSTALL) -c constraints.txt -e .
	@pwd > $@

$(READY_TO_TEST): $(ASKS)
	$(make_venv)
	$(call say_install,the workbook and the tools of its tests)
	@$(INSTALL) -c constraints.txt -e ".[test]"
	@pwd > $(READY)
	@pwd > $@

.PHONY: new
new:
	$(make_venv)
	$(call say_install,the newest versions)
	@$(INSTALL) -e ".[test]"
