#!/usr/bin/env bash
# Installs the programs that ours is compared with into .build/peers-venv; says so and succeeds when one
# cannot be had, because its rows are then marked as not run.
set -uo pipefail
cd "$(dirname "$0")/../.."
venv=.build/peers-venv
stamp=$venv/requirements.txt
cmp -s Scripts/peers/requirements.txt "$stamp" && exit 0
[ -x "$venv/bin/python" ] || python3 -m venv "$venv" || exit 0
complete=true
while read -r package; do
  echo "peers: installing $package in $venv"
  "$venv/bin/python" -m pip install --quiet "$package" || { complete=false; echo "peers: $package could not be installed"; }
done <Scripts/peers/requirements.txt
if $complete; then cp Scripts/peers/requirements.txt "$stamp"; fi
