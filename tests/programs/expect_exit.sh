#!/usr/bin/env bash
# expect_exit.sh CODE PROGRAM ARGUMENT...: the program ends with CODE and says something.
set -uo pipefail
expected=$1; shift
output=$("$@" 2>&1 </dev/null); found=$?
printf '%s\n' "$output"
if ((found != expected)); then
  printf '%s: exit code %d, expected %d\n' "$*" "$found" "$expected"
  exit 1
fi
[[ -n $output ]] || { printf '%s: said nothing\n' "$*"; exit 1; }
