#!/usr/bin/env bash
# From a fresh machine to a verdict: sets up, builds, measures this machine, judges it, writes the
# CSV and HTML report, says where it is, and exits with the verdict:
# 0 accepted, 1 rejected, 2 usage, 3 incomplete, 4 harness suspect, 5 interrupted.
#
#   scripts/accept.sh                      results go to results/
#   scripts/accept.sh --results DIR ...    all that follows goes to `plumbline accept`
#   scripts/accept.sh --no-setup ...       takes the packages as they are
#   scripts/accept.sh --no-rehearsal ...   without what follows (these two must come first)
#
# On a machine without a GPU it then shows a rehearsal: the same on a virtual p5.48xlarge, in a folder
# of its own. That one says nothing about this machine, and its verdict is not the exit code.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; }
say() { printf '== %s\n' "$*"; }

setup=yes rehearsal=yes
while [[ $# -gt 0 ]]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --no-setup) setup=no ;;
    --no-rehearsal) rehearsal=no ;;
    *) break ;;
  esac
  shift
done

# What goes wrong before anything is measured is no verdict about the machine: exit 2.
prepare() {
  cd "$root"
  if [[ $setup == yes ]]; then
    say "set up"
    scripts/setup.sh --for build
  fi
  say "build"
  cmake --preset release -DPLUMBLINE_TESTS=OFF
  cmake --build --preset release
}
(prepare) || { printf 'accept: plumbline could not be built; nothing was measured\n' >&2; exit 2; }

plumbline=$root/build/release/bin/plumbline
results=''
for ((i = 1; i <= $#; i++)); do
  case "${!i}" in
    --results) j=$((i + 1)); results=${!j:-} ;;
    --results=*) results=${!i#--results=} ;;
  esac
done
if [[ -z $results ]]; then
  results=$root/results
  set -- --results "$results" "$@"
fi

say "measure and judge"
verdict=0
"$plumbline" accept "$@" || verdict=$?

has_gpu() {
  local device
  for device in /sys/bus/pci/devices/*; do
    [[ $(cat "$device/vendor" 2>/dev/null) == 0x10de && $(cat "$device/class" 2>/dev/null) == 0x03* ]] &&
      return 0
  done
  return 1
}

# A help text or a wrong option (2) and an interruption (5) end here; so does what should be quiet.
case " $* " in *" --quiet"* | *" -q "* | *" --help "* | *" -h "*) exit "$verdict" ;; esac
if [[ $rehearsal == yes && $verdict != 2 && $verdict != 5 ]] && ! has_gpu; then
  printf '\n'
  say "a rehearsal: what it looks like on a p5.48xlarge (SIMULATED, nothing about this machine)"
  "$plumbline" rehearse --machine p5.48xlarge --results "$results/rehearsals" ||
    printf 'the rehearsal ended with exit code %s, which is no verdict about this machine\n' "$?"
  printf '\n'
  say "end of the rehearsal; the verdict about this machine stands above, exit code $verdict"
fi
exit "$verdict"
