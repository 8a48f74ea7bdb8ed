#!/bin/bash
# What `make demo` runs: demo.sh FOLDER, the folder being the one that obsdash is installed in.
# Start what can be started, build, show the plan, sync, verify, say where to look.
set -euo pipefail
bin=$(realpath "$1")
cd "$(dirname "$0")/.."

obsdash() { "$bin/obsdash" "$@"; }
step() { printf '\n== %s\n' "$*"; }

step "Programs"
stack/packages.sh || true

if ! command -v prometheus >/dev/null; then
  step "No Prometheus here: building and comparing with a folder instead"
  obsdash --env local diff
  obsdash --env local build
  obsdash --env local diff
  echo
  echo "Left out: the live servers, sync to them, verify."
  echo "Built: build/local. Install the packages named above and run make demo again."
  exit 0
fi

step "Build"
obsdash --env demo build

step "Stack"
obsdash --env demo stack up
set -a
eval "$(obsdash stack urls --format env)"
set +a

step "Plan"
obsdash --env demo diff

step "Sync"
obsdash --env demo sync --yes

step "Verify (waiting for the first scrapes)"
obsdash --env demo verify --wait 150s

step "Where to look"
obsdash stack urls
echo
echo "Make an alert fire:  curl '$OBSDASH_DEMO_KNOBS_URL?errors=30'   (reset: curl '$OBSDASH_DEMO_KNOBS_URL/reset')"
echo "Stop everything:     make down"
