#!/usr/bin/env bash
# Makes the pictures of the README, of runs that are the same every time:
# reports/example.png of a rehearsal with a faulty GPU, reports/fabric.png of a simulated fleet.
#
#   scripts/picture.sh                                            builds what it needs, makes both
#   scripts/picture.sh REPORT.html[#PLACE] FILE.png [SELECTOR]    a picture of a report of yours
#
# It needs the build of scripts/accept.sh and, as the tests of the pages do, Chromium and npm.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; }
fail() { printf 'picture: %s\n' "$*" >&2; exit 2; }

case "${1:-}" in -h | --help) usage; exit 0 ;; esac
(($# != 1)) || { usage >&2; exit 2; }

browser=$(command -v chromium || command -v google-chrome) ||
  fail "no browser is here; scripts/setup.sh --for all installs chromium"
tools=$root/build/pictures
mkdir -p "$tools"
cp "$root"/tests/browser/{.npmrc,package.json,package-lock.json,chromium.mjs,picture.mjs} "$tools"
(cd "$tools" && npm ci --silent) || fail "npm could not bring playwright-core"

picture() {  # REPORT[#PLACE] FILE [SELECTOR]
  node "$tools/picture.mjs" "$browser" "$@"
  printf 'picture: %s shows %s\n' "$2" "$1"
}

if (($# > 0)); then
  [[ -f ${1%%#*} ]] || fail "found no ${1%%#*}, expected the report.html of a run"
  picture "$@"
  exit
fi

cmake -S "$root" --preset release >/dev/null
cmake --build "$root/build/release" --target plumbline_all_programs >/dev/null
plumbline=$root/build/release/bin/plumbline
runs=$tools/runs
rm -rf "$runs"
# The pictures show verdicts: a REJECT (1) is what they are for.
"$plumbline" rehearse --machine p5.48xlarge --fault gpu3.hbm=0.8 --results "$runs" >"$tools/log" ||
  (($? == 1)) || fail "the rehearsal failed: $tools/log"
picture "$(ls -d "$runs"/runs/*/report.html)" "$root/reports/example.png"
