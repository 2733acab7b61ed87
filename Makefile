.PHONY: test run

test:
	cargo xtask test

run:
	cargo xtask run
