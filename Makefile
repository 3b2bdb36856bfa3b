# Two commands set everything up: `make demo` and `make test`. No other step by hand.
.PHONY: demo test fmt lint doc audit spec bench fuzz peers check-tools fetch clean-demo

DEMO_DIR ?= demo-county
DEMO_ARGS ?=
CARGO ?= cargo

## Build, run a county's round on embedded SQLite, print the results, address and logins, go on serving.
demo: clean-demo
	@echo "Building the service with the profile demo; the first time takes some minutes."
	$(CARGO) build --profile demo --no-default-features --locked --bin ronghe
	@echo "Running a county's round in $(DEMO_DIR)."
	$(CARGO) run --profile demo --no-default-features --locked --quiet --bin ronghe -- demo --data $(DEMO_DIR) $(DEMO_ARGS)

clean-demo:
	rm -rf $(DEMO_DIR)

## Install or start what the tests need, or say exactly what is missing; then run every suite.
test: check-tools fetch
	$(CARGO) test --workspace --locked

check-tools:
	sh scripts/test-tools.sh

## The audit reads every package of the lock file, those of other platforms too: they are fetched once.
fetch:
	$(CARGO) fetch --locked --quiet

fmt:
	$(CARGO) fmt --all --check

lint:
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked

## Licences, sources, bans and known advisories, without a network: see deny.toml and tests/it/dependencies.rs.
audit: fetch
	$(CARGO) test --locked --workspace --test it dependencies::

## The committed OpenAPI file is current and keeps our rules.
spec:
	$(CARGO) test --locked --workspace --test it spec::

bench:
	$(CARGO) bench --workspace

## Install the other readers and numeric libraries that the benches compare with (needs Node, Java and Maven).
peers:
	python3 -m venv target/peers-venv
	target/peers-venv/bin/python -m pip install --quiet --disable-pip-version-check -r benches/peers/requirements.txt
	cd benches/peers/node && npm ci --no-audit --no-fund --loglevel=error
	mvn -q -B -f benches/peers/java/pom.xml package

## Fuzz the reader, each target for FUZZ_SECONDS, from the hostile corpus on. Needs a nightly toolchain.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= extract texts rows
fuzz:
	command -v cargo-fuzz >/dev/null || $(CARGO) install cargo-fuzz --locked --quiet
	$(CARGO) test --locked --workspace --test it -- --ignored --quiet write_fuzz_seeds
	for target in $(FUZZ_TARGETS); do \
		mkdir -p fuzz/corpus/$$target && \
		$(CARGO) +nightly fuzz run $$target fuzz/corpus/$$target fuzz/seeds/$$target -- \
			-max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=65536 || exit 1; \
	done
