#!/usr/bin/env bash
# manifest.sh SCRIPTS PLUMBLINE: scripts/manifest.sh with a program in the place of `aws` that knows 150
# instances, one of them stopped, and like EC2 takes at most 100 ids in a call.
set -euo pipefail
scripts=$1 plumbline=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export PATH=$scratch/bin:$PATH
mkdir "$scratch/bin"
cat >"$scratch/bin/aws" <<'AWS'
#!/usr/bin/env bash
set -euo pipefail
stand_in=" $* "
instances() { seq -f 'i-%03.0f' 1 150; }
case "$stand_in" in
  *' describe-instances'*' --output text '*)
    [[ $stand_in == *Values=running*Name=tag:cluster,Values=blue* ]]
    instances | sed '$d' | paste -s ;;  # the last one is stopped
  *' describe-instances '*)
    [[ $stand_in == *Name=tag:cluster,Values=blue* ]]
    instances | awk 'BEGIN { printf "{\"Reservations\": [" }
      { printf "%s{\"Instances\": [{\"InstanceId\": \"%s\", \"InstanceType\": \"p5.48xlarge\", \"PrivateDnsName\": \"ip-10-0-0-%d.internal\", \"PrivateIpAddress\": \"10.0.0.%d\", \"State\": {\"Name\": \"%s\"}}]}", (NR > 1 ? "," : ""), $1, NR, NR, (NR < 150 ? "running" : "stopped") }
      END { print "]}" }' ;;
  *' describe-instance-topology '*)
    ids=${stand_in##* --instance-ids }
    (($(wc -w <<<"$ids") <= 100))
    tr ' ' '\n' <<<"$ids" | grep . | awk 'BEGIN { printf "{\"Instances\": [" }
      { printf "%s{\"InstanceId\": \"%s\", \"InstanceType\": \"p5.48xlarge\", \"NetworkNodes\": [\"top\", \"mid\", \"leaf%d\"]}", (NR > 1 ? "," : ""), $1, substr($1, 3) % 4 }
      END { print "]}" }' ;;
  *) exit 9 ;;
esac
AWS
chmod +x "$scratch/bin/aws"

expect() { [[ $2 == "$3" ]] || { printf '%s: found "%s", expected "%s"\n' "$1" "$2" "$3"; exit 1; }; }

"$scripts/manifest.sh" --plumbline "$plumbline" --out "$scratch/fleet" Name=tag:cluster,Values=blue \
  >"$scratch/said" 2>&1 || { cat "$scratch/said"; exit 1; }
expect 'lines of the manifest' "$(wc -l <"$scratch/fleet/manifest.csv")" 151
expect 'nodes with a leaf' "$(grep -c ',top,mid,leaf[0-3],$' "$scratch/fleet/manifest.csv")" 149
expect 'a host and its address' "$(grep '10.0.0.7$' "$scratch/fleet/hosts.txt")" 'ip-10-0-0-7 10.0.0.7'
grep -q '1 instance without a place in the network: i-150' "$scratch/said" ||
  { printf 'not said: the stopped instance has no place\n'; cat "$scratch/said"; exit 1; }

code=0
"$scripts/manifest.sh" --plumbline "$plumbline" >"$scratch/said" 2>&1 || code=$?
expect 'exit without a filter' "$code" 2
