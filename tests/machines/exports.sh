#!/usr/bin/env bash
# Every name that a library of the virtual node exports is one of the real library's, except those
# by which it says what it is, and by which the libraries meet: exports.sh NM LIBRARY REAL PREFIX
# REAL is the library, or a .txt file with the names that it exports.
set -euo pipefail
nm=$1 library=$2 real=$3 prefix=$4

names() { "$nm" -D --defined-only "$1" | awk '{sub(/@.*/, "", $3); print $3}' | sort -u; }
known() { if [[ $real == *.txt ]]; then sort -u "$real"; else names "$real"; fi; }
surplus=$(comm -23 <(names "$library") <(known) | grep -v '^plumbline_' || true)
count=$(names "$library" | grep -c "^$prefix")

if [[ -n $surplus ]]; then
  printf '%s exports what %s has not:\n%s\n' "$library" "$real" "$surplus" >&2
  exit 1
fi
if ((count == 0)); then
  printf '%s exports nothing that begins with %s\n' "$library" "$prefix" >&2
  exit 1
fi
printf '%d names, all known\n' "$count"
