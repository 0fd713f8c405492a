#!/usr/bin/env bash
# Installs the Debian packages that plumbline is built, tested and developed with. Safe to repeat.
#
#   scripts/setup.sh                 what building and measuring needs
#   scripts/setup.sh --for test      that, and what the tests need
#   scripts/setup.sh --for all       that, and the optional parts; one that cannot be had is named
#   scripts/setup.sh --check         installs nothing; exit 1 if something needed is missing
set -euo pipefail

# The one list of packages: who needs it | package | what for. "part" packages are optional. Those of
# daemons (openssh-server, slurmd, munge ...) start them where systemd runs; the tests start their own.
packages='
build | g++              | the compiler (C++20)
build | cmake            | the build, 3.25 or later
build | ninja-build      | the build
build | pkg-config       | finds hwloc
build | libhwloc-dev     | the shape of the machine
build | libbenchmark-dev | Google Benchmark, under every probe
build | libcli11-dev     | command lines
build | libfmt-dev       | text
build | nlohmann-json3-dev | JSON
build | libtoml11-dev    | the suites
build | libfccp-dev      | reading CSV
build | zlib1g-dev       | data in the HTML report
test  | git              | tests that ask what belongs to the tree
test  | procps           | tests that look at processes
test  | libgtest-dev     | the tests
test  | libgmock-dev     | the tests
part  | libarchive-dev   | plumbline report --bundle
part  | libmimalloc-dev  | faster reports
part  | libfabric-dev    | the fabric between hosts: EFA, and other providers
part  | ccache           | faster rebuilds
part  | g++-aarch64-linux-gnu | the test that the kernels compile for Grace
part  | clang-format     | scripts/lint.sh
part  | clang-tidy       | scripts/lint.sh
part  | chromium         | reports as a browser shows them, scripts/picture.sh
part  | nodejs           | driving that browser
part  | npm              | what drives it, from its lock file
part  | fonts-dejavu-core | text in those pictures
part  | iproute2         | tests between hosts in namespaces
part  | iperf3           | tests of the rates between those hosts
part  | openssh-client   | tests that start programs on those hosts
part  | openssh-server   | tests that start programs on those hosts
part  | slurmctld        | tests under Slurm
part  | slurmd           | tests under Slurm
part  | slurm-client     | tests under Slurm
part  | munge            | tests under Slurm
part  | libxml2-utils    | the test of JUnit XML against a schema
part  | python3-yaml     | the test of the manifest for Kubernetes
part  | openmpi-bin      | the test that mpirun starts programs
'

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; }
say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

check=no purpose=build
while (($#)); do
  case "$1" in
    --check) check=yes ;;
    --for) purpose=${2:-}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) printf 'setup: found "%s", expected --check, --for build|test|all or --help\n' "$1" >&2
       exit 2 ;;
  esac
  shift
done
case "$purpose" in
  build) groups='build' ;;
  test) groups='build test' ;;
  all) groups='build test part' ;;
  *) printf 'setup: found --for "%s", expected build, test or all\n' "$purpose" >&2; exit 2 ;;
esac

# "package|what for" for each package of a group.
listed() {
  local group name what
  while IFS='|' read -r group name what; do
    read -r group <<<"$group"; read -r name <<<"$name"; read -r what <<<"$what"
    if [[ $group == "$1" ]]; then printf '%s|%s\n' "$name" "$what"; fi
  done <<<"$packages"
}

installed() {
  [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) == 'ii '* ]]
}

# Of the packages of a group: those that are not installed.
missing() {
  local line
  listed "$1" | while read -r line; do
    installed "${line%%|*}" || printf '%s\n' "$line"
  done
}

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
  fail "this is not a Debian system: apt-get is not here. What plumbline needs: $(
    for group in $groups; do listed "$group" | cut -d'|' -f1; done | tr '\n' ' ')"

needed=() wanted=()
for group in $groups; do
  mapfile -t entries <<<"$(missing "$group")"
  for entry in "${entries[@]}"; do
    if [[ -z $entry ]]; then continue; fi
    if [[ $group == part ]]; then wanted+=("$entry"); else needed+=("$entry"); fi
  done
done

if [[ $check == yes ]]; then
  for entry in "${needed[@]}"; do say "missing: ${entry%%|*} (${entry#*|})"; done
  for entry in "${wanted[@]}"; do
    say "left out: ${entry#*|}, because ${entry%%|*} is not installed"
  done
  if ((${#needed[@]})); then
    say "scripts/setup.sh --for $purpose installs what is missing"
    exit 1
  fi
  say "everything needed for \"$purpose\" is installed"
  exit 0
fi

if ((${#needed[@]} + ${#wanted[@]} == 0)); then
  say "everything for \"$purpose\" is installed already"
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || fail "packages are missing (scripts/setup.sh --check names them); \
installing them needs root or sudo, found neither"
  as_root=(sudo)
fi
as_root+=(env DEBIAN_FRONTEND=noninteractive)

lists_are_fresh=no
refresh_lists() {
  [[ $lists_are_fresh == no ]] || return 0
  say "apt-get update (once)"
  "${as_root[@]}" apt-get update -qq
  lists_are_fresh=yes
}
has_candidate() {
  local candidate
  candidate=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p')
  [[ -n $candidate && $candidate != '(none)' ]]
}
install() { "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT

for entry in "${needed[@]}" "${wanted[@]}"; do
  has_candidate "${entry%%|*}" || refresh_lists
done

if ((${#needed[@]})); then
  names=("${needed[@]%%|*}")
  say "installing ${names[*]}"
  # Lists that are older than the archive name files that are gone: refresh them and try again.
  if ! install "${names[@]}"; then
    refresh_lists
    install "${names[@]}" || { cat "$log" >&2; fail "apt-get could not install ${names[*]}"; }
  fi
fi
for entry in "${wanted[@]}"; do
  name=${entry%%|*}
  say "installing $name"
  has_candidate "$name" && { install "$name" || { refresh_lists && install "$name"; }; } ||
    say "left out: ${entry#*|}, because $name cannot be installed: $(
      if has_candidate "$name"; then grep -m1 '^E:' "$log" || echo 'apt-get failed';
      else echo 'no package of that name'; fi)"
done

version=$(cmake --version | sed -n '1s/[^0-9]*//p')
if [[ $(printf '3.25\n%s\n' "$version" | sort -V | head -n 1) != 3.25 ]]; then
  fail "found cmake $version, expected 3.25 or later"
fi
say "done"
