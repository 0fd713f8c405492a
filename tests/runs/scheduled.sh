#!/usr/bin/env bash
# scheduled.sh SCRIPTS PLUMBLINE: the systemd units verify, and the command that they and the crontab
# run is one that plumbline understands.
set -euo pipefail
scripts=$1 plumbline=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

service=$scripts/systemd/plumbline-nightly.service
from_service=$(sed -n 's/^ExecStart=//p' "$service")
from_cron=$(sed -n 's/^17 2 \* \* \* root //p' "$scripts/cron/plumbline-nightly")
if [[ -z $from_service || $from_service != "$from_cron" ]]; then
  printf 'the service runs "%s", cron "%s"\n' "$from_service" "$from_cron"
  exit 1
fi

# --help behind the options: parsed, and nothing is run.
read -r -a words <<<"$from_service"
"$plumbline" "${words[@]:1}" --help >/dev/null || { printf 'refused: %s\n' "$from_service"; exit 1; }
"$plumbline" plan nightly >/dev/null

if command -v systemd-analyze >/dev/null; then
  # At the place where it is built, since verify wants the program to exist.
  for unit in service timer; do
    sed "s|/usr/local/bin/plumbline|$plumbline|" "$scripts/systemd/plumbline-nightly.$unit" \
      >"$scratch/plumbline-nightly.$unit"
  done
  complaints=$(systemd-analyze verify --man=no "$scratch/plumbline-nightly.service" \
                 "$scratch/plumbline-nightly.timer" 2>&1) || { printf '%s\n' "$complaints"; exit 1; }
  if grep -F plumbline-nightly <<<"$complaints"; then exit 1; fi
else
  printf 'systemd-analyze is not here: the units were not verified\n'
fi
