#!/bin/bash
# What `make demo` runs: demo.sh FOLDER, the folder being the one that obsdash is installed in.
# Install the programs where that is possible, then start, build, sync and verify.
set -euo pipefail
bin=$(realpath "$1")
cd "$(dirname "$0")/.."

obsdash() { "$bin/obsdash" "$@"; }

stack/packages.sh || true

if ! command -v prometheus >/dev/null; then
  printf '\n== No Prometheus here: building and comparing with a folder instead\n'
  obsdash --env local diff
  obsdash --env local build
  obsdash --env local diff
  echo
  echo "Left out: the live servers, sync to them, verify."
  echo "Built: build/local. Install the packages named above and run make demo again."
  exit 0
fi

obsdash stack up --runtime native
