#!/usr/bin/env bash
# Asks EC2 which instances there should be and where each stands in the network, and makes the manifest
# of them. Needs the AWS CLI with the rights ec2:DescribeInstances and ec2:DescribeInstanceTopology.
#
#   scripts/manifest.sh [options] FILTER...        as `aws ec2 describe-instances --filters` takes them:
#   scripts/manifest.sh Name=tag:cluster,Values=blue
#
#   --out DIR          for instances.json, topology.json, manifest.csv and hosts.txt; by default "fleet"
#   --name NAME        what the hosts call themselves: short, dns, address or id (plumbline manifest)
#   --region REGION    of EC2; by default the AWS CLI's own
#   --plumbline FILE   the program; by default the one on the PATH, else the release build's
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; }
fail() { printf 'manifest: %s\n' "$*" >&2; exit 2; }

out=fleet name=short region=() plumbline=$(command -v plumbline || printf '%s' "$root/build/release/bin/plumbline")
filters=()
while (($#)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --out | --name | --region | --plumbline)
      (($# > 1)) || fail "$1 has no value"
      case "$1" in
        --out) out=$2 ;;
        --name) name=$2 ;;
        --region) region=(--region "$2") ;;
        --plumbline) plumbline=$2 ;;
      esac
      shift ;;
    -*) fail "found \"$1\", expected --out, --name, --region, --plumbline, --help or a filter" ;;
    *) filters+=("$1") ;;
  esac
  shift
done
((${#filters[@]})) || fail 'found no filter, expected at least one, as Name=tag:cluster,Values=blue'
command -v aws >/dev/null || fail 'the AWS CLI (aws) is not here'
[[ -x $plumbline ]] || fail "$plumbline is not here; build it, or say --plumbline FILE"

mkdir -p "$out"
aws ec2 describe-instances "${region[@]}" --output json --filters "${filters[@]}" >"$out/instances.json"
# The topology knows no tags, only ids, at most 100 in a call, and running instances.
running=$(aws ec2 describe-instances "${region[@]}" --output text \
            --query 'Reservations[].Instances[].InstanceId' \
            --filters Name=instance-state-name,Values=running "${filters[@]}")
read -r -d '' -a ids <<<"$running" || true
((${#ids[@]})) || fail "no instance runs that these filters let through: ${filters[*]}"
: >"$out/topology.json"
for ((first = 0; first < ${#ids[@]}; first += 100)); do
  aws ec2 describe-instance-topology "${region[@]}" --output json \
    --instance-ids "${ids[@]:first:100}" >>"$out/topology.json"
done
"$plumbline" manifest --topology "$out/topology.json" --instances "$out/instances.json" \
  --name "$name" --out "$out/manifest.csv" --hosts-out "$out/hosts.txt"
printf 'manifest: %d running instances; %s\n' "${#ids[@]}" "$out/manifest.csv, $out/hosts.txt"
