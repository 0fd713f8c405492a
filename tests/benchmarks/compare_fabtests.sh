#!/usr/bin/env bash
# The efa probe beside fabtests of the same libfabric, over loopback, in turn: a line per provider,
# kind and size with the best of each over the rounds and their ratio (above 1: the probe is better).
#
#   compare_fabtests.sh PROBE FABTESTS_BENCHMARKS [PROVIDERS [SIZES [ROUNDS]]]
#   compare_fabtests.sh build/release/bin/plumbline-probe-efa ~/fabtests/benchmarks "net shm" "8 65536" 5
#
# Nothing is run with priority: ends that spin with real-time priority stop a small machine.
set -euo pipefail

if (($# < 2)); then sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0" >&2; exit 2; fi
probe=$1 fabtests=$2
read -ra providers <<<"${3:-net shm}"
read -ra sizes <<<"${4:-8 64 1024 4096 65536 1048576 16777216}"
rounds=${5:-3}
window=64  # of fabtests, for every size
limit_s=60
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Iterations that take about a second: fabtests counts ten of warm-up as none, so never few.
iterations() {
  local kind=$1 size=$2
  if [[ $kind == latency ]]; then
    if ((size >= 8388608)); then echo 200; elif ((size >= 524288)); then echo 2000; else echo 20000; fi
  elif ((size >= 8388608)); then echo 400
  elif ((size >= 524288)); then echo 4000
  elif ((size >= 16384)); then echo 40000
  else echo 400000; fi
}

# What fabtests prints last: MB/sec and usec/xfer of the client.
fabtests_figure() {
  local provider=$1 kind=$2 size=$3 program server=() client=()
  case $kind in
    latency) program=(fi_rdm_pingpong) ;;
    send) program=(fi_rdm_tagged_bw -W "$window") ;;
    write) program=(fi_rma_bw -o writedata -W "$window") ;;
  esac
  if [[ $provider == shm ]]; then
    server=(-s "compare_a_$$") client=(-s "compare_b_$$" "compare_a_$$")
  else
    server=(-s 127.0.0.1) client=(-s 127.0.0.1 127.0.0.1)
  fi
  local arguments=(-p "$provider" -I "$(iterations "$kind" "$size")" -S "$size")
  timeout "$limit_s" "$fabtests/${program[0]}" "${program[@]:1}" "${arguments[@]}" \
    "${server[@]}" >"$work/server" 2>&1 &
  local waited=$!
  sleep 0.5
  timeout "$limit_s" "$fabtests/${program[0]}" "${program[@]:1}" "${arguments[@]}" \
    "${client[@]}" >"$work/client" 2>&1 || true
  wait "$waited" || true
  if [[ $kind == latency ]]; then tail -n 1 "$work/client" | awk '{print $6}'
  else tail -n 1 "$work/client" | awk '{print $5 / 1000}'; fi
}

# The probe's median rate, or its mean latency: fabtests has no other. A case that failed gives none.
probe_figure() {
  local provider=$1 kind=$2 size=$3 rail=lo
  if [[ $provider == shm ]]; then rail=shm; fi
  local case="efa.$kind/$rail>$rail/$size"
  if [[ $kind == latency ]]; then case+="/operation=send"; fi
  rm -rf "$work/run"
  timeout "$limit_s" "$probe" --provider "$provider" --rails "$rail" --sizes "$size" \
    --window "$window" --working-set 0 --seconds 1 --case "$case" --out "$work/run" >"$work/probe" 2>&1 ||
    { tail -n 2 "$work/probe" >&2; }
  if [[ $kind == latency ]]; then sed -n 's/.*mean \([0-9.e+-]*\) us.*/\1/p' "$work/probe"
  else awk -v name="$case" '$1 == name {print $2}' "$work/probe"; fi
}

# Of several short runs the best: what else runs on the machine can only make a figure worse.
best() { if [[ $1 == latency ]]; then sort -g | head -n 1; else sort -g | tail -n 1; fi; }

printf '| provider | kind | bytes | fabtests | probe | ratio |\n|---|---|---|---|---|---|\n'
for provider in "${providers[@]}"; do
  for kind in latency send write; do
    for size in "${sizes[@]}"; do
      : >"$work/theirs"; : >"$work/ours"
      for ((round = 0; round < rounds; ++round)); do
        fabtests_figure "$provider" "$kind" "$size" >>"$work/theirs"
        probe_figure "$provider" "$kind" "$size" >>"$work/ours"
      done
      awk -v p="$provider" -v k="$kind" -v s="$size" -v a="$(best "$kind" <"$work/theirs")" \
        -v b="$(best "$kind" <"$work/ours")" 'BEGIN {
          unit = k == "latency" ? "us" : "GB/s"
          printf "| %s | %s | %s | %.4g %s | %.4g %s | **%.2f** |\n", p, k, s, a, unit, b, unit,
                 k == "latency" ? a / b : b / a }'
    done
  done
done
