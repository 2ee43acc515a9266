# Every verb is one call of scripts/dev.py, which needs nothing but Python's standard library.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
DEV = $(or $(PYTHON),$(error Inkling needs Python 3.11: python3 was not found)) scripts/dev.py

.PHONY: install run test faults check reset bench lock

install:
	@$(DEV) install
run:
	@$(DEV) run
test:
	@$(DEV) test $(ARGS)
faults:
	@FAULT_JOBS=$(or $(JOBS),1000) FAULTS=$(or $(FAULTS),100) FAULT_SERVERS=1 \
		FAULT_RESULTS=bench/results.json $(DEV) test tests/faults -n 0
check:
	@$(DEV) check
reset:
	@$(DEV) reset
bench:
	@$(DEV) bench $(BENCH)
lock:
	@$(DEV) lock
