#!/usr/bin/env bash
# The probe health before and after another one, in one run, on a copy of a machine that remembers
# what its GPUs did: growth.sh BIN MACHINE CLOCK MACHINE_FILES GOLDEN
# What grew must be as in GOLDEN, twice. UPDATE_GOLDENS=1 in the environment writes it instead.
set -euo pipefail
bin=$1 machine=$2 clock=$3 files=$4 golden=$5

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Rows of growth with another value than 0: case, outcome, value and note.
grown() {
  awk -F, 'NR > 1 && $8 ~ /growth/ && ($15 != "ok" || $17 != 0)' "$1" | cut -d, -f7,15,17,29-
}

look_work_look() {
  local run=$1
  mkdir -p "$run/machine/state"
  cp -P "$machine"/lib* "$run/machine"
  cp "$(readlink -f "$machine/machine.toml")" "$run/machine/machine.toml"
  cp "$files"/p5.48xlarge.toml "$run/machine"
  local look=("$bin/plumbline-probe-health" --libnvidia-ml "$run/machine/libnvidia-ml.so.1"
              --out "$run/rows")
  "${look[@]}" --task health#1 >/dev/null
  LD_PRELOAD=$clock "$bin/plumbline-probe-gpu_memory" --libcuda "$run/machine/libcuda.so.1" \
    --out "$run/rows" --task gpu_memory#1 '--benchmark_filter=triad/gpu[257]|dot/gpu6' >/dev/null
  "${look[@]}" --task health#2 >/dev/null
  # A third look begins again: it compares with the second, since when nothing was done.
  "${look[@]}" --task health#3 >/dev/null
  "${look[@]}" --task health#2 --attempt 2 >/dev/null
  grown "$run/rows/measurements.csv"
}

look_work_look "$scratch/a" >"$scratch/first"
look_work_look "$scratch/b" >"$scratch/second"
diff "$scratch/first" "$scratch/second"
if [[ ${UPDATE_GOLDENS:-} ]]; then
  cp "$scratch/first" "$golden"
else
  diff "$golden" "$scratch/first"
fi
