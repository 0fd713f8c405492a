#!/usr/bin/env bash
# Compares plumbline-probe-host_memory with STREAM and BabelStream on this machine, in one run.
#
#   tests/benchmarks/compare_stream.sh STREAM BABELSTREAM [PROBE] [ROUNDS]
#
# STREAM and BABELSTREAM are programs that you have built (OpenMP); PROBE is the release build's unless
# given. Each round runs all three, one after the other, on arrays of STREAM's size; with them go as
# many passes as STREAM makes. A machine that is shared changes from minute to minute: what counts is
# the ratio within a round, and of those the median.
set -euo pipefail

if [[ $# -lt 2 || $1 == -* ]]; then
  sed -n '2,10s/^# \{0,1\}//p' "$0"
  exit 2
fi
stream=$1 babel=$2
probe=${3:-$(dirname "$0")/../../build/release/bin/plumbline-probe-host_memory}
rounds=${4:-9}
for program in "$stream" "$babel" "$probe"; do
  if [[ ! -x $program ]]; then
    echo "not an executable program: $program" >&2
    exit 2
  fi
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_PROC_BIND=true OMP_PLACES=cores
# BabelStream's arrays come from malloc: with this they lie in huge pages, as ours do.
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1

"$stream" > "$folder/stream"
elements=$(awk '/^Array size = /{print $4}' "$folder/stream")
passes=$(awk '/^Each kernel will be executed /{print $6}' "$folder/stream")
threads=$(awk '/^Number of Threads counted = /{print $6}' "$folder/stream")

# Rows "round program kernel best typical" in GB/s: STREAM and BabelStream give the least and the mean
# time of a pass, the probe the highest and the median rate.
rows=$folder/rows
run_stream() {
  "$stream" | awk -v round="$1" -v n="$elements" '
    BEGIN { split("Copy 16 Scale 16 Add 24 Triad 24", w); for (i = 1; i < 8; i += 2) bytes[w[i] ":"] = w[i + 1] }
    $1 in bytes { k = tolower($1); sub(":", "", k); b = bytes[$1] * n / 1e9; print round, "STREAM", k, b / $4, b / $3 }'
}
run_babel() {
  "$babel" -s "$elements" -n "$passes" | awk -v round="$1" -v n="$elements" '
    BEGIN { split("Copy 16 Mul 16 Add 24 Triad 24 Dot 16", w); for (i = 1; i < 10; i += 2) bytes[w[i]] = w[i + 1] }
    $1 in bytes { k = tolower($1); if (k == "mul") k = "scale"; b = bytes[$1] * n / 1e9; print round, "BabelStream", k, b / $3, b / $5 }'
}
run_ours() {
  rm -rf "$folder/out"
  "$probe" --out "$folder/out" --size "$((elements * 8))" --max-samples "$passes" --min-time 0 \
    --max-time 60 --benchmark_filter='host_memory.(read|copy|triad).*numa0>numa0' > "$folder/log"
  awk -F, -v round="$1" '
    NR == 1 { for (i = 1; i <= NF; ++i) at[$i] = i; next }
    $at["outcome"] == "ok" { k = $at["metric"]; sub("host_memory.", "", k); print round, "plumbline", k, $at["max"], $at["median"] }
    $at["outcome"] != "ok" { print "the probe failed: " $0 > "/dev/stderr"; exit 1 }' "$folder/out/measurements.csv"
}

: > "$rows"
for ((round = 1; round <= rounds; ++round)); do
  # The order turns, so that no program always runs first.
  case $((round % 3)) in
    0) run_ours $round; run_stream $round; run_babel $round ;;
    1) run_stream $round; run_babel $round; run_ours $round ;;
    2) run_babel $round; run_ours $round; run_stream $round ;;
  esac >> "$rows"
  echo "round $round of $rounds" >&2
done

echo "$rounds rounds of $passes passes, $threads threads, arrays of $((elements / 131072)) MiB, GB/s"
awk '
  function median(list, count,   i, j, t) {
    for (i = 2; i <= count; ++i) for (j = i; j > 1 && list[j] < list[j - 1]; --j) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
    return count % 2 ? list[(count + 1) / 2] : (list[count / 2] + list[count / 2 + 1]) / 2
  }
  function larger(a, b) { return a > b ? a : b }
  function column(name, field,   r, list, n) {
    n = 0
    for (r = 1; r <= rounds; ++r) list[++n] = value[r, name, field]
    return median(list, n)
  }
  function ratio(ours, theirs, field,   r, list, n) {
    n = 0
    for (r = 1; r <= rounds; ++r) list[++n] = value[r, ours, field] / value[r, theirs, field]
    return median(list, n)
  }
  function combine(target, one, two,   r, f) {
    for (r = 1; r <= rounds; ++r) for (f = 1; f <= 2; ++f) value[r, target, f] = larger(value[r, one, f], value[r, two, f])
  }
  function compare(ours, theirs) {
    printf "| %s | %s | %.1f | %.1f | **%.2f** | %.1f | %.1f | **%.2f** |\n", ours, theirs,
      column(ours, 1), column(theirs, 1), ratio(ours, theirs, 1), column(ours, 2), column(theirs, 2), ratio(ours, theirs, 2)
  }
  { value[$1, $2 " " $3, 1] = $4; value[$1, $2 " " $3, 2] = $5; rounds = larger(rounds, $1) }
  END {
    print "| plumbline | against | best | their best | ratio | median | their mean | ratio |"
    print "|---|---|---|---|---|---|---|---|"
    combine("best of both copy", "STREAM copy", "BabelStream copy")
    combine("best of both triad", "STREAM triad", "BabelStream triad")
    combine("plumbline best copy", "plumbline copy", "plumbline copy_nt")
    combine("plumbline best triad", "plumbline triad", "plumbline triad_nt")
    compare("plumbline copy", "STREAM copy"); compare("plumbline copy", "BabelStream copy")
    compare("plumbline copy_nt", "STREAM copy"); compare("plumbline copy_nt", "BabelStream copy")
    compare("plumbline best copy", "best of both copy")
    compare("plumbline triad", "STREAM triad"); compare("plumbline triad", "BabelStream triad")
    compare("plumbline triad_nt", "STREAM triad"); compare("plumbline triad_nt", "BabelStream triad")
    compare("plumbline best triad", "best of both triad")
    compare("plumbline read", "BabelStream dot")
  }' "$rows"
