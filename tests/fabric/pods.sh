#!/usr/bin/env bash
# pods.sh RIG_SH SCRIPTS INSTALL_TREE: what scripts/kubernetes.sh writes is YAML with what was asked for,
# and what its pods do is done by hosts in namespaces: four of them, one never comes.
set -euo pipefail
rig_sh=$1 scripts=$2 tree=$3
fail() { printf 'pods: %s\n' "$*" >&2; exit 1; }

# Wrong words first.
refused() { # EXPECTED ARGUMENT...
  local expected=$1 said code
  shift
  said=$("$scripts/kubernetes.sh" "$@" 2>&1 >/dev/null) && code=0 || code=$?
  [[ $code == 2 && $said == *"$expected"* ]] ||
    fail "$*: exit $code, \"$said\"; expected exit 2 and \"$expected\""
}
refused '--nodes: found "", expected a number from 1 to 5000' --image a/b
refused '--nodes: found "0"' --nodes 0 --image a/b
refused '--image: found "a b", expected the name of an image' --nodes 2 --image 'a b'
refused '--name: found "A_b"' --nodes 2 --image a --name A_b
refused '--suite: found "x; rm"' --nodes 2 --image a --suite 'x; rm'
refused '--name: found "7up"' --nodes 2 --image a --name 7up
refused '--wait: found "x"' --nodes 2 --image a --wait x
refused 'found "--node"' --node 2

why=$("$rig_sh" check --ssh 2>&1) || { printf 'skipped: %s\n' "$why"; exit 77; }
python3 -c 'import yaml' 2>/dev/null || { echo 'skipped: no python3-yaml'; exit 77; }

scratch=$(mktemp -d)
trap '"$rig_sh" down "$scratch/rig"; rm -rf "$scratch"' EXIT
"$scripts/kubernetes.sh" --nodes 4 --image registry/plumbline:1 --name fleet --gpus 8 --efas 32 \
  --instance-type p5.48xlarge --claim shared --suite fleet --bin "$tree/bin" -- --seed 7 \
  --look-gap 0 >"$scratch/job.yaml"
python3 - "$scratch" <<'PY'
import base64, pathlib, sys, yaml
scratch = pathlib.Path(sys.argv[1])
secret, pod, service, job = yaml.safe_load_all((scratch / "job.yaml").read_text())
assert [d["kind"] for d in (secret, pod, service, job)] == ["Secret", "ConfigMap", "Service", "Job"]
spec = job["spec"]
assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 4, 4)
template = spec["template"]
assert service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
assert template["spec"]["nodeSelector"] == {"node.kubernetes.io/instance-type": "p5.48xlarge"}
(container,) = template["spec"]["containers"]
limits = container["resources"]["limits"]
assert (limits["nvidia.com/gpu"], limits["vpc.amazonaws.com/efa"]) == ("8", "32")
assert {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in template["spec"]["volumes"]}
(scratch / "key").mkdir()
for name, text in secret["data"].items():
    (scratch / "key" / name).write_bytes(base64.b64decode(text))
(scratch / "pod.sh").write_text(pod["data"]["pod.sh"])
words = [str(scratch / "pod.sh") if w == "/plumbline/pod.sh" else
         str(scratch / "results") if w == "/results" else w for w in container["command"]]
(scratch / "command").write_text("".join(w + "\n" for w in words))
env = [f'{e["name"]}={e["value"]}' for e in container["env"] if "value" in e]
env = [f"PLUMBLINE_KEY={scratch}/key" if e.startswith("PLUMBLINE_KEY=") else e for e in env]
(scratch / "env").write_text("".join(e + "\n" for e in env))
PY
mapfile -t command <"$scratch/command"
mapfile -t environment <"$scratch/env"

"$rig_sh" up "$scratch/rig" --names fleet-0,fleet-1,fleet-2,fleet-3 --rails 0 --share "$scratch" \
  --share "$tree" --own-tmp
for index in 0 1 2 3; do
  printf '10.49.0.%d fleet-%d.fleet\n' $((index + 1)) "$index" >>"$scratch/rig/etc_hosts"
done
pods=()
for index in 1 2 0; do # 3 never comes
  "$rig_sh" exec "$scratch/rig" "fleet-$index" env "${environment[@]}" PLUMBLINE_WAIT=15 \
    PLUMBLINE_NODE="node-$index" JOB_COMPLETION_INDEX="$index" "${command[@]}" \
    >"$scratch/pod$index.log" 2>&1 &
  pods[index]=$!
done
show() { tail -n +1 "$scratch"/pod*.log >&2; fail "$*"; }
wait "${pods[0]}" && code=0 || code=$?
for index in 1 2; do wait "${pods[index]}" || show "pod $index did not end well"; done
grep -q '^pod: 3 of 4 have come$' "$scratch/pod0.log" || show 'pod 0 does not say who has come'
grep -q '^pod: fleet-3.fleet has not come within 15 s$' "$scratch/pod0.log" || show 'no word of pod 3'
run=$(echo "$scratch"/results/runs/*_fleet)
[[ -e $run/measurements.csv ]] || show 'there is no run'
for node in node-0 node-1 node-2; do
  grep -q ",$node,.*,ok," "$run/measurements.csv" || show "no row of $node"
done
grep -q '^1,fleet-3,p5.48xlarge' "$run/manifest.csv" || show 'pod 3 is not in the manifest'
grep ',fleet-3,' "$run/measurements.csv" | grep -q ',failed,' || show 'no failed row of pod 3'
[[ $code == 3 ]] || show "pod 0 ended with $code, expected 3: a node was not tested"
