#!/usr/bin/env bash
# Makes the picture of a report that the README shows: reports/example.png.
#
#   scripts/picture.sh             measures this machine first (scripts/accept.sh)
#   scripts/picture.sh RUN         takes the report of a run: its folder
#   scripts/picture.sh RUN FILE    and writes the picture to FILE
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; }
fail() { printf 'picture: %s\n' "$*" >&2; exit 2; }

case "${1:-}" in -h | --help) usage; exit 0 ;; esac
run=${1:-} file=${2:-$root/reports/example.png}
browser=$(command -v chromium || command -v google-chrome) ||
  fail "no browser is here; scripts/setup.sh --for all installs chromium"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [[ -z $run ]]; then
  # The picture shows a verdict, whatever it is; only no report at all is an error.
  "$root/scripts/accept.sh" --no-rehearsal --results "$scratch/results" || true
  run=$(find "$scratch/results/runs" -mindepth 1 -maxdepth 1 -type d | sort | tail -n 1)
fi
report=$(realpath "$run/report.html") || fail "$run holds no report.html"

"$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1.5 \
  --user-data-dir="$scratch/browser" --window-size=1280,1100 --screenshot="$scratch/page.png" \
  "file://$report" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; fail "$browser failed"; }
[[ -s $scratch/page.png ]] || fail "$browser wrote no picture of $report"
cp "$scratch/page.png" "$file"
printf 'picture: %s shows %s\n' "$file" "$report"
