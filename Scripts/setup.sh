#!/usr/bin/env bash
# Installs what a build and its tests need on Debian or Ubuntu; does nothing when it is all there.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "setup: $*" >&2
  exit 1
}

if ! command -v swift >/dev/null; then
  fail "the command 'swift' is missing; install a Swift 6.2 or later toolchain from https://www.swift.org/install and put its usr/bin in PATH"
fi
version=$(swift --version 2>&1 | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
if [ -n "$version" ] && ! printf '6.2\n%s\n' "$version" | sort -V -C; then
  fail "Swift $version is too old; install Swift 6.2 or later from https://www.swift.org/install"
fi

has_numpy() { "$1" -c 'import numpy' >/dev/null 2>&1; }

missing=()
command -v make >/dev/null || missing+=(make)
command -v pkg-config >/dev/null || missing+=(pkg-config)
pkg-config --exists gsl 2>/dev/null || missing+=(libgsl-dev)
pkg-config --exists zlib 2>/dev/null || missing+=(zlib1g-dev)
if ! command -v python3 >/dev/null; then
  missing+=(python3 python3-numpy)
elif ! has_numpy python3 && ! has_numpy .venv/bin/python; then
  # Only the system's own Python sees the packages of apt; another one gets a virtual environment below.
  [ "$(command -v python3)" != /usr/bin/python3 ] || missing+=(python3-numpy)
fi

if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || fail "missing: ${missing[*]}; install them, there is no apt-get here to do it"
  root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "missing: ${missing[*]}; run 'apt-get install ${missing[*]}' as root"
    root=(sudo)
  fi
  echo "setup: installing ${missing[*]}"
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if ! has_numpy python3 && ! has_numpy .venv/bin/python; then
  echo "setup: installing numpy in .venv"
  python3 -m venv .venv || fail "python3 cannot make a virtual environment; install python3-venv or numpy"
  .venv/bin/python -m pip install --quiet numpy || fail "numpy could not be installed; install it for python3"
fi
