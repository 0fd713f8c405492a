#!/usr/bin/env bash
# one_definition.sh NM LIBRARY...: no two of our libraries define a function or a variable of one name.
# Libraries that never meet in a program may meet in the next one, which then calls whichever comes
# first: the linker is silent where the other's object is not needed for anything else.
set -euo pipefail
nm=$1
shift
repeated=$(
  for library in "$@"; do
    "$nm" --demangle --defined-only "$library" 2>/dev/null |
      awk -v library="${library##*/}" '$2 ~ /^[TDBR]$/ { $1 = $2 = ""; print $0 "\t" library }' | sort -u
  done | sort | awk -F '\t' '
    $1 == name { libraries = libraries " and " $2; ++count; next }
    { if (count > 1) print name ":" libraries; name = $1; libraries = " " $2; count = 1 }
    END { if (count > 1) print name ":" libraries }'
)
if [[ -n $repeated ]]; then
  printf 'defined twice:\n%s\n' "$repeated"
  exit 1
fi
printf '%d libraries define each name once\n' $#
