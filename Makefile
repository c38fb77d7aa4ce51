# Two commands do all the set-up: `make run` starts the app, `make test` runs every check.
# PORT and LISTEN change the address: make run PORT=8080, make run LISTEN=0.0.0.0:7377

PORT ?= 7377
LISTEN ?= 127.0.0.1:$(PORT)
TARGET := $(or $(CARGO_TARGET_DIR),target)

.PHONY: run build models web test test-rust test-web test-music test-mlflow lint clean help FORCE

help:
	@echo 'make run    build everything and start the app on http://$(LISTEN)'
	@echo 'make test   format, lints, Rust tests, web checks, browser tests'

run: build models
	@exec "$(TARGET)/release/affetto" serve --listen "$(LISTEN)"

build: web
	@scripts/need.sh cargo cc
	cargo build --release --locked --package affetto-cli

# The sentence encoder, where it can be had; without it the small text model serves.
models: build
	@AFFETTO_BIN="$(TARGET)/release/affetto" scripts/models.sh

web:
	@scripts/need.sh node npm
	@scripts/web.sh build

lint:
	@scripts/need.sh cargo cc
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

test-rust:
	@scripts/need.sh cargo cc
	@scripts/cargo_test.sh

# The program that the tests drive: built with them, so that dependencies are compiled once.
$(TARGET)/debug/affetto: FORCE
	@scripts/need.sh cargo cc
	cargo test --workspace --locked --no-run --quiet

FORCE:

test-web: web $(TARGET)/debug/affetto
	@scripts/need.sh chromium
	@scripts/web.sh check
	@AFFETTO_BIN="$(abspath $(TARGET))/debug/affetto" scripts/web.sh browser

test-music: $(TARGET)/debug/affetto
	@scripts/need.sh python3 ffmpeg mpd
	@AFFETTO_BIN="$(abspath $(TARGET))/debug/affetto" scripts/check_pieces.sh
	@AFFETTO_BIN="$(abspath $(TARGET))/debug/affetto" scripts/check_streams.sh

test-mlflow: $(TARGET)/debug/affetto
	@scripts/need.sh python3
	@AFFETTO_BIN="$(abspath $(TARGET))/debug/affetto" scripts/check_mlflow.sh

test: lint web test-rust test-music test-mlflow test-web
	@echo 'make test: all checks passed'

clean:
	cargo clean
	rm -rf web/dist web/node_modules
