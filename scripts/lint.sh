#!/usr/bin/env bash
# Holds the C++ sources to .clang-format and .clang-tidy. Exit 1 if something is not as it should be.
#
#   scripts/lint.sh               the files that differ from the branch main
#   scripts/lint.sh --all         every file
#   scripts/lint.sh FILE...       these
#   scripts/lint.sh --format ...  only the format, which needs no build folder
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; }
say() { printf 'lint: %s\n' "$*"; }
sources() { grep -E '\.(h|cpp|cu|cuh)$' || true; }
compiled_here() { grep -qF "/$(realpath --relative-to=. "$1")\"" build/dev/compile_commands.json; }

which=changed format_only=no files=()
while (($#)); do
  case "$1" in
    --all) which=all ;;
    --format) format_only=yes ;;
    -h | --help) usage; exit 0 ;;
    -*) printf 'lint: found "%s", expected --all, --format, files or --help\n' "$1" >&2; exit 2 ;;
    *) which=named; files+=("$1") ;;
  esac
  shift
done
case "$which" in
  all) mapfile -t files < <(git ls-files | sources) ;;
  changed)
    mapfile -t files < <({ git diff --name-only --diff-filter=d "$(git merge-base main HEAD)"
                           git ls-files --others --exclude-standard; } | sort -u | sources) ;;
esac
if ((${#files[@]} == 0)); then say "no C++ file differs from main"; exit 0; fi

bad=0
if command -v clang-format >/dev/null; then
  say "format of ${#files[@]} files"
  clang-format --dry-run --Werror "${files[@]}" || bad=1
else
  say "left out: the format, because clang-format is not installed (scripts/setup.sh --for all)"
fi

if [[ $format_only == yes ]]; then exit "$bad"; fi
units=()
for file in "${files[@]}"; do
  if [[ $file == *.cpp ]]; then units+=("$file"); fi
done
if ((${#units[@]} == 0)); then exit "$bad"; fi
if ! command -v clang-tidy >/dev/null; then
  say "left out: clang-tidy, because it is not installed (scripts/setup.sh --for all)"
  exit "$bad"
fi

cmake --preset dev >/dev/null
compiled=()
for file in "${units[@]}"; do
  if compiled_here "$file"; then
    compiled+=("$file")
  else  # the kernels of another CPU, for one
    say "left out: clang-tidy on $file, because build/dev does not compile it"
  fi
done
say "clang-tidy on ${#compiled[@]} files"
printf '%s\n' "${compiled[@]}" |
  xargs -r -P "$(nproc)" -n 1 clang-tidy --quiet -p build/dev \
    --extra-arg=-Wno-unknown-warning-option 2> >(grep -v ' warnings\? \(generated\|treated\)' >&2) || bad=1
exit "$bad"
