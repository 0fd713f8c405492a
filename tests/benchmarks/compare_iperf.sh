#!/usr/bin/env bash
# The efa probe over tcp beside iperf3, between two hosts in namespaces, over one rail of each rate: a
# line per rate with the median of each over the rounds, their ratio, and what the probe makes of the
# rate (at most 1: a rail carries no more). As root; see tests/fabric/rig/README.md.
#
#   compare_iperf.sh PROBE [RATES [ROUNDS]]
#   compare_iperf.sh build/release/bin/plumbline-probe-efa "200mbit 500mbit 1gbit" 3
set -euo pipefail

if (($# < 1)); then sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0" >&2; exit 2; fi
probe=$(realpath "$1")
read -ra rates <<<"${2:-200mbit 500mbit 1gbit}"
rounds=${3:-3}
rig_script=$(dirname "$(realpath "$0")")/../fabric/rig/rig.sh
seconds=4
work=$(mktemp -d)
trap 'stop; rm -rf "$work"' EXIT

rig() { local verb=$1; shift; "$rig_script" "$verb" "$work/rig" "$@"; }
stop() { if [[ -e $work/rig ]]; then rig down; fi; }
median() { sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

# What iperf3 receives, in Mbit/s.
iperf_figure() {
  rig exec host1 iperf3 -s -1 --forceflush >"$work/server" 2>&1 &
  local server=$!
  until grep -q listening "$work/server"; do sleep 0.05; done
  rig exec host0 iperf3 -c host1-rail0 -t "$seconds" -O 1 -J >"$work/iperf"
  wait "$server"
  sed -n '/"sum_received"/,/}/s/.*"bits_per_second":[[:space:]]*\([0-9.e+]*\).*/\1/p' "$work/iperf" |
    awk '{print $1 / 1e6}'
}

# efa.send of 64 KiB (larger ones are few in an interval, and their median is coarse) from host0 to host1, in Mbit/s.
probe_figure() {
  local rank ranks=()
  rm -rf "$work"/out*
  for rank in 1 0; do
    rig exec "host$rank" "$probe" --provider tcp --rails rail0 --sizes 65536 --seconds "$seconds" \
      --ranks 2 --rank "$rank" --host "host$rank" --rendezvous host0:20001 --token "$$" \
      '--benchmark_filter=^efa.send/' --out "$work/out$rank" >"$work/rank$rank" 2>&1 &
    ranks+=($!)
  done
  wait "${ranks[@]}" || { tail -n 3 "$work/rank0" >&2; }
  awk '$1 ~ "^efa.send/rail0>host1/rail0" {print $2 * 8000; exit}' "$work/rank0"
}

printf '| rate | iperf3 | probe | ratio | of the rate |\n|---|---|---|---|---|\n'
for rate in "${rates[@]}"; do
  rig up --hosts 2 --rails 1 --rate "$rate" --share "$(dirname "$probe")"
  : >"$work/theirs"; : >"$work/ours"
  for ((round = 0; round < rounds; ++round)); do
    iperf_figure >>"$work/theirs"
    probe_figure >>"$work/ours"
  done
  stop
  awk -v rate="$rate" -v a="$(median <"$work/theirs")" -v b="$(median <"$work/ours")" 'BEGIN {
    shaped = rate + 0; if (rate ~ /gbit/) shaped *= 1000
    printf "| %s | %.1f Mbit/s | %.1f Mbit/s | **%.3f** | %.3f |\n", rate, a, b, b / a, b / shaped }'
done
