#!/usr/bin/env bash
# Makes the pictures of the README, of runs that are the same every time:
# reports/example.png of a rehearsal with a faulty GPU, reports/fleet.png of a simulated fleet.
#
#   scripts/picture.sh                                            builds what it needs, makes both
#   scripts/picture.sh REPORT.html[#PLACE] FILE.png [SELECTOR]    a picture of a report of yours
#
# It needs what the tests of the pages need (scripts/setup.sh --for all): Chromium and npm.
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

cmake --preset release -S "$root" -DPLUMBLINE_TESTS=OFF >/dev/null
cmake --build "$root/build/release" >/dev/null
plumbline=$root/build/release/bin/plumbline
results=$tools/results
rm -rf "$results"
# The pictures show verdicts: a REJECT (1) is what they are for.
"$plumbline" rehearse --machine p5.48xlarge --fault gpu3.hbm=0.8 --results "$results/node" >"$tools/log" 2>&1 ||
  (($? == 1)) || fail "the rehearsal failed: $tools/log"
picture "$(ls -d "$results"/node/runs/*)/report.html" "$root/reports/example.png"

"$plumbline" simulate fabric --nodes 256 --score --no-permutation --results "$results" --run-name fleet \
  >"$tools/log" 2>&1 || (($? == 1)) || fail "the simulation failed: $tools/log"
run=$results/runs/fleet
"$plumbline" report "$run" --baselines "$run/baselines" >"$tools/log" 2>&1 || (($? == 1)) ||
  fail "the report failed: $tools/log"
picture "$run/report.html" "$root/reports/fleet.png"
