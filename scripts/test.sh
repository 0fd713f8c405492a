#!/usr/bin/env bash
# From a fresh machine to tested: sets up, builds, runs every test, then the unit tests again under
# AddressSanitizer + UndefinedBehaviorSanitizer and under ThreadSanitizer. Exit 0 if all passed.
#
#   scripts/test.sh                    all of it
#   scripts/test.sh --preset batched   only that preset; may be repeated: batched, dev, asan, tsan,
#                                      release
#   scripts/test.sh --no-setup         takes the packages as they are
#   scripts/test.sh -- -R layering     what follows -- goes to ctest
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; }
say() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }

presets=() setup=yes
while (($#)); do
  case "$1" in
    --preset)
      case "${2:-}" in
        batched | dev | asan | tsan | release) presets+=("$2") ;;
        *) printf 'test: found --preset "%s", expected batched, dev, asan, tsan or release\n' "${2:-}" >&2
           exit 2 ;;
      esac
      shift ;;
    --no-setup) setup=no ;;
    --) shift; break ;;
    -h | --help) usage; exit 0 ;;
    *) printf 'test: found "%s", expected --preset, --no-setup, -- or --help\n' "$1" >&2; exit 2 ;;
  esac
  shift
done
((${#presets[@]})) || presets=(batched asan tsan)

if [[ $setup == yes ]]; then
  say "set up"
  scripts/setup.sh --for all
fi

# The sanitizers' address spaces do not fit beside the most random layouts of newer kernels.
calm=()
if setarch -R true 2>/dev/null; then calm=(setarch -R); fi

total=0 failed=0 skipped=0 broken=()
count() { sed -n "s/^[[:space:]]*$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1; }

for preset in "${presets[@]}"; do
  targets=() tests=() wrap=()
  if [[ $preset == asan || $preset == tsan ]]; then
    targets=(--target unit_tests) tests=(-L '^unit$') wrap=("${calm[@]}")
  fi
  say "$preset: configure and build"
  if ! { cmake --preset "$preset" && "${wrap[@]}" cmake --build --preset "$preset" "${targets[@]}"; }; then
    broken+=("$preset")
    continue
  fi
  say "$preset: test"
  junit=$PWD/build/$preset/Testing/junit.xml
  rm -f "$junit"
  "${wrap[@]}" ctest --preset "$preset" --output-junit "$junit" "${tests[@]}" "$@" && status=0 || status=$?
  ran=0
  if [[ -f $junit ]]; then
    ran=$(count tests "$junit")
    failed=$((failed + $(count failures "$junit")))
    skipped=$((skipped + $(count skipped "$junit") + $(count disabled "$junit")))
    total=$((total + ran))
  fi
  if ((status != 0 || ran == 0)); then broken+=("$preset"); fi
done

say "done: ${presets[*]}"
if ((${#broken[@]})); then printf 'not passed: %s\n' "${broken[*]}"; fi
printf '%d passed, %d failed, %d skipped\n' $((total - failed - skipped)) "$failed" "$skipped"
((${#broken[@]} == 0))
