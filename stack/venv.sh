#!/bin/bash
# Make a virtual environment: venv.sh PYTHON FOLDER. On Debian, venv is a package of its own.
set -euo pipefail
python=$1 folder=$2

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "error: $python is not Python 3.11 or newer" >&2
  echo "  help: make PYTHON=/path/to/python3.11 …" >&2
  exit 2
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing python3-venv"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
  elif ! "$python" -c 'import virtualenv' 2>/dev/null; then
    echo "error: $python cannot make virtual environments" >&2
    echo "  help: apt-get install python3-venv (as root)" >&2
    exit 2
  fi
fi
"$python" -m venv "$folder" 2>/dev/null || "$python" -m virtualenv --quiet "$folder"
