#!/bin/sh
# Checks before a commit: formatting, and clippy where Rust or a manifest is staged.
set -eu
cd "$(git rev-parse --show-toplevel)"
changed=$(git diff --cached --name-only -- '*.rs' '*Cargo.toml' Cargo.lock)
[ -n "$changed" ] || exit 0
cargo fmt --all --check
packages=$(printf '%s\n' "$changed" | while IFS= read -r file; do
    case "$file" in
        Cargo.toml | Cargo.lock) echo --workspace ;;
        fuzz/*) ;;
        survey/* | workbook/* | index/* | designation/* | entity/* | migration/*) echo "--package=${file%%/*}" ;;
        *) echo --package=ronghe ;;
    esac
done | sort -u)
case "$packages" in
    '') exit 0 ;;
    *--workspace*) packages=--workspace ;;
esac
# Word splitting is meant: one argument per package.
# shellcheck disable=SC2086
cargo clippy $packages --all-targets --locked -- -D warnings
