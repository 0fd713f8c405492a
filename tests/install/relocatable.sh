#!/usr/bin/env bash
# relocatable.sh CMAKE BUILD PROGRAM...: installs BUILD into a scratch folder, moves the tree, and
# uses the programs from there. What they print must not name the places where they stood before.
set -euo pipefail
cmake=$1 build=$2
shift 2

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/first"
"$cmake" --install "$build" --prefix "$scratch/first" >/dev/null
mv "$scratch/first" "$scratch/moved here"
prefix="$scratch/moved here"
bad=0
complain() { printf '%s\n' "$*"; bad=1; }

for program in "$@"; do
  [[ -x $prefix/bin/$program ]] || complain "bin/$program is not installed"
done
for path in "$prefix"/bin/*; do
  if LC_ALL=C grep -q -a -F "$scratch/first" "$path"; then
    complain "$path names the prefix that it was installed to"
  fi
  if readelf -d "$path" 2>/dev/null | grep -E 'R(UN)?PATH'; then
    complain "$path carries an RPATH"
  fi
done

# use CODE... -- ARGUMENT...: `plumbline ARGUMENT...` from the moved tree ends with one of the codes.
use() {
  local codes=() output status
  while [[ $1 != -- ]]; do codes+=("$1"); shift; done
  shift
  status=0
  output=$(cd / && "$prefix/bin/plumbline" "$@" --results "$scratch/results" 2>&1) || status=$?
  case " ${codes[*]} " in
    *" $status "*) ;;
    *) complain "plumbline $*: exit code $status, expected ${codes[*]}"; printf '%s\n' "$output" ;;
  esac
  if grep -F -e "$build" -e "$scratch/first" <<<"$output"; then
    complain "plumbline $* names the place that it was built or installed in"
  fi
}

if [[ -x $prefix/bin/plumbline ]]; then
  "$prefix/bin/plumbline" --help >/dev/null || complain "plumbline --help failed"
  use 0 -- plan smoke
  use 0 3 -- doctor
fi
exit "$bad"
