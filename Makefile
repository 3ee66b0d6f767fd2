# Each word here is `python3 run.py WORD`: one implementation, with make or without.
PYTHON ?= python3
WORDS = run test check bench faults journeys translations lock

.PHONY: $(WORDS)
$(WORDS):
	@$(PYTHON) run.py $@ $(ARGS)
