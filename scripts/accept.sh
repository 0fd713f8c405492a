#!/usr/bin/env bash
# From a fresh machine to a verdict: sets up, builds, measures this machine, judges it, writes the
# CSV and HTML report, says where it is, and exits with the verdict:
# 0 accepted, 1 rejected, 2 usage, 3 incomplete, 4 harness suspect, 5 interrupted.
#
#   scripts/accept.sh                      results go to results/
#   scripts/accept.sh --results DIR ...    all that follows goes to `plumbline accept`
#   scripts/accept.sh --no-setup ...       takes the packages as they are (must come first)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; }
say() { printf '== %s\n' "$*"; }

setup=yes
case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  --no-setup) setup=no; shift ;;
esac

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

results=(--results "$root/results")
for argument in "$@"; do
  case "$argument" in --results | --results=*) results=() ;; esac
done
say "measure and judge"
exec "$root/build/release/bin/plumbline" accept "${results[@]}" "$@"
