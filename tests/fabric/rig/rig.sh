#!/usr/bin/env bash
# Hosts on this machine, joined by rails of a given rate: namespaces, veth pairs and tc. As root.
#
#   rig.sh check [--ssh]               is all here that it needs? If not: exit 1, one line says what
#   rig.sh up RIG [OPTION...]          makes the folder RIG and the hosts; all of it or nothing
#     --hosts N                          host0, host1 ... (2)
#     --names A,B,C                      hosts with these names
#     --rails N                          rail0, rail1 ... in each host (1)
#     --rate RATE                        of each rail, both ways, as tc writes it, or none (1gbit)
#     --ssh                              sshd in each; among them, ssh -F RIG/ssh/config HOST works
#     --own-tmp                          each host has a /tmp of its own
#     --share FOLDER                     is seen in each host, wherever it lies; so are RIG and $PWD
#   rig.sh exec RIG HOST COMMAND...    runs it there; it is killed if this is killed
#   rig.sh slow RIG HOST LINK RATE     LINK: rail0, rail1 ... or eth0, which is not shaped
#   rig.sh cut RIG HOST LINK           what is sent is lost, and nobody is told
#   rig.sh mend RIG HOST LINK          as it was
#   rig.sh vanish RIG HOST             as if its power were cut
#   rig.sh down RIG                    ends every process in it; removes RIG and all that up made
set -euo pipefail
self=$(realpath "${BASH_SOURCE[0]}")
# shellcheck source=/dev/null
source "${self%/*}/first_process.sh"

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$self"; }
fail() { printf 'fabric rig: %s\n' "$*" >&2; exit 1; }
misused() { printf 'fabric rig: %s\n' "$*" >&2; exit 2; }

# The state and the start time of a process: together with its id they name it for good.
stat_of() {
  local line
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  read -r -a line <<<"${line##*) }"
  printf '%s %s\n' "${line[0]}" "${line[19]}"
}
# is_alive RECORD: the process of a record "id start".
is_alive() {
  local id start state found
  { read -r id start <"$1"; } 2>/dev/null && read -r state found <<<"$(stat_of "$id")" &&
    [[ $found == "$start" && $state != [ZX] ]]
}
id_of() { local id _; read -r id _ <"$1"; printf '%s\n' "$id"; }
# Between them, down sees a rig that is being made, or that rig sees that it is no longer wanted.
lock() { exec {lock}<"$rig/is_a_rig" && flock "$lock" && [[ -e $rig/is_a_rig ]]; }
# The process that a host lives as.
keeper() {
  is_alive "$rig/hosts/$1" || fail "$1 of $rig is not there; the hosts there are: $(
    for host in "$rig"/hosts/*; do if is_alive "$host"; then printf '%s ' "${host##*/}"; fi; done)"
  id_of "$rig/hosts/$1"
}
enter() { # HOST COMMAND...
  local id
  id=$(keeper "$1")
  shift
  nsenter --target "$id" --mount --uts --ipc --net --pid -- "$@"
}
network_of() { local id; id=$(keeper "$1"); shift; nsenter --target "$id" --net -- "$@"; }
eventually() { # WHAT COMMAND...
  local what=$1 tries
  shift
  for ((tries = 0; tries < 3000; ++tries)); do
    if "$@"; then return 0; fi # in a trap, a bare return gives what was before
    [[ -e $rig/is_a_rig ]] || fail "$what: $rig was removed meanwhile"
    sleep 0.01
  done
  fail "$what: not within 30 s$(tail -n 3 "$rig/log" | sed 's/^/; /' | tr -d '\n')"
}

check() {
  local program package said
  ((EUID == 0)) || fail "needs root, found user $(id -un)"
  for program in ip:iproute2 tc:iproute2 unshare:util-linux nsenter:util-linux setpriv:util-linux \
    flock:util-linux pkill:procps "$@"; do
    package=${program#*:} program=${program%:*}
    [[ -x $(command -v "$program") ]] || fail "$program is not here (Debian package $package)"
  done
  said=$(unshare --pid --mount --uts --ipc --net --fork --kill-child --propagation private \
    bash -euc 'mount --no-mtab -t proc proc /proc
      mount --no-mtab -t tmpfs tmpfs /dev/shm
      mount --no-mtab -t sysfs sysfs /sys
      ip link add bridge0 type bridge
      ip link add rail0 type veth peer name port0
      tc qdisc add dev rail0 root tbf rate 1gbit burst 32kb limit 512kb' 2>&1) ||
    fail "namespaces, veth, bridge or tbf cannot be had here: $(tr '\n' ' ' <<<"$said")"
}

# ---- the links ----------------------------------------------------------------------------------

# The end at the switch of a host's link is called HOST'S NUMBER.LINK.
port() { printf '%s.%s\n' "$(sed -n "/^$1\$/=" "$rig/names")" "$2"; }
needs_link() { # HOST LINK
  network_of "$1" ip link show dev "$2" >/dev/null 2>&1 ||
    fail "$1 has no link \"$2\"; expected eth0 or rail0 to rail$(($(<"$rig/rails") - 1))"
}
# A burst above 32 kB makes short exchanges look faster than the rate.
shape() { # HOST LINK RATE
  local where
  for where in "$1 $2" "switch $(port "$1" "$2")"; do
    if [[ $3 == none ]]; then
      network_of "${where% *}" tc qdisc del dev "${where#* }" root 2>/dev/null || true
    else
      network_of "${where% *}" \
        tc qdisc replace dev "${where#* }" root tbf rate "$3" burst 32kb limit 512kb
    fi
  done
}
connect() { # HOST LINK ADDRESS RATE
  local port
  port=$(port "$1" "$2")
  network_of "$1" ip link add "$2" mtu 9000 type veth \
    peer name "$port" mtu 9000 netns "$(keeper switch)"
  network_of "$1" ip addr add "$3/24" dev "$2"
  network_of "$1" ip link set "$2" up
  network_of switch ip link set "$port" master "$2" up
  if [[ $4 != none ]]; then shape "$1" "$2" "$4"; fi
}

# ---- up and down --------------------------------------------------------------------------------

start_ssh() {
  local folder=$rig/ssh host
  mkdir -m 700 "$folder"
  ssh-keygen -q -t ed25519 -N '' -C rig -f "$folder/host_key"
  ssh-keygen -q -t ed25519 -N '' -C rig -f "$folder/id"
  cp "$folder/id.pub" "$folder/authorized_keys"
  printf '* %s\n' "$(<"$folder/host_key.pub")" >"$folder/known_hosts"
  printf '%s\n' "HostKey \"$folder/host_key\"" "AuthorizedKeysFile \"$folder/authorized_keys\"" \
    'StrictModes no' 'UsePAM no' 'PermitRootLogin yes' 'PasswordAuthentication no' 'PidFile none' \
    'MaxStartups 1000' >"$folder/sshd_config"
  printf '%s\n' 'Host *' 'User root' "IdentityFile \"$folder/id\"" 'IdentitiesOnly yes' \
    "UserKnownHostsFile \"$folder/known_hosts\"" 'StrictHostKeyChecking yes' 'BatchMode yes' \
    'LogLevel ERROR' >"$folder/config"
  for host in "${names[@]}"; do
    enter "$host" mkdir /run/sshd
    enter "$host" "$(command -v sshd)" -f "$folder/sshd_config" -E "$folder/$host.log"
  done
  listens() { enter "$1" bash -c ': </dev/tcp/localhost/22' 2>/dev/null; }
  for host in "${names[@]}"; do eventually "the sshd of $host" listens "$host"; done
}

# What up does when it fails.
take_back() {
  printf 'fabric rig: %s did not come up\n' "$rig" >&2
  tail -n 5 "$rig/log" >&2 2>/dev/null || true
  down
}

up() {
  local hosts=2 rails=1 rate=1gbit ssh=no own_tmp=no shared=("$PWD") names=() name number rail
  while (($#)); do
    case $1 in
      --ssh) ssh=yes; shift; continue ;;
      --own-tmp) own_tmp=yes; shift; continue ;;
      --hosts | --names | --rails | --rate | --share) ;;
      *) misused "found \"$1\", expected an option of up (rig.sh --help)" ;;
    esac
    (($# > 1)) || misused "$1 needs a value"
    case $1 in
      --hosts) hosts=$2 ;;
      --names) IFS=, read -r -a names <<<"$2" ;;
      --rails) rails=$2 ;;
      --rate) rate=$2 ;;
      --share) shared+=("$(realpath -e "$2")") ;;
    esac
    shift 2
  done
  [[ $hosts =~ ^[1-9][0-9]?$ ]] || misused "found --hosts $hosts, expected 1 to 99"
  [[ $rails =~ ^([0-9]|[1-5][0-9])$ ]] || misused "found --rails $rails, expected 0 to 59"
  ((${#names[@]})) || mapfile -t names < <(seq -f 'host%g' 0 $((hosts - 1)))
  for name in "${names[@]}"; do
    [[ $name =~ ^[a-z][a-z0-9-]*$ && $name != switch ]] || misused "found the host name \"$name\", \
expected small letters, digits and -, and not \"switch\""
  done
  if [[ $ssh == yes ]]; then check "${for_ssh[@]}"; else check; fi

  mkdir -- "$rig" || fail "$rig cannot be made; it must be a new folder in one that is there"
  : >"$rig/is_a_rig"
  trap take_back EXIT
  mkdir "$rig/hosts" "$rig/stage"
  printf '%s\n' "${names[@]}" >"$rig/names"
  printf '%s\n' "$rails" >"$rig/rails"
  printf '%s\n' "$rate" >"$rig/rate"
  {
    printf '127.0.0.1 localhost\n::1 localhost\n'
    number=0
    for name in "${names[@]}"; do
      printf '10.49.0.%d %s\n' $((++number)) "$name"
      for ((rail = 0; rail < rails; ++rail)); do
        printf '10.%d.0.%d %s-rail%d\n' $((50 + rail)) "$number" "$name" "$rail"
      done
    done
  } >"$rig/etc_hosts"

  setsid -f bash "$self" be-rig "$rig" </dev/null >"$rig/log" 2>&1
  eventually "the switch" is_alive "$rig/hosts/switch"
  network_of switch ip link add eth0 type bridge
  network_of switch ip link set eth0 up
  for ((rail = 0; rail < rails; ++rail)); do
    network_of switch ip link add "rail$rail" type bridge
    network_of switch ip link set "rail$rail" up
  done
  number=0
  for name in "${names[@]}"; do
    nsenter --target "$(keeper switch)" --pid -- setsid -f unshare --pid --mount --uts --ipc --net \
      --fork --kill-child --propagation private \
      bash "$self" be-host "$rig" "$name" "$own_tmp" "${shared[@]}" </dev/null >>"$rig/log" 2>&1
    eventually "$name" is_alive "$rig/hosts/$name"
    connect "$name" eth0 "10.49.0.$((++number))" none
    for ((rail = 0; rail < rails; ++rail)); do
      connect "$name" "rail$rail" "10.$((50 + rail)).0.$number" "$rate"
    done
  done
  if [[ $ssh == yes ]]; then start_ssh; fi
  trap - EXIT
}

vanish() { # HOST: the links first, so that no end of a process is told to anybody
  local rail
  keeper "$1" >/dev/null
  for ((rail = 0; rail < $(<"$rig/rails"); ++rail)); do
    network_of switch ip link del "$(port "$1" "rail$rail")"
  done
  network_of switch ip link del "$(port "$1" eth0)"
  kill -KILL "$(id_of "$rig/hosts/$1")"
  is_gone() { ! is_alive "$rig/hosts/$1"; }
  eventually "the end of $1" is_gone "$1"
}

down() {
  trap - EXIT
  [[ -e $rig ]] || return 0
  if [[ ! -e $rig/is_a_rig ]]; then
    rmdir -- "$rig" 2>/dev/null || fail "$rig is not a rig; nothing was removed"
    return 0
  fi
  lock || return 0 # another down was first
  end_of_rig() {
    local id
    is_alive "$rig/keeper" || return 0
    id=$(id_of "$rig/keeper")
    # unshare goes when its child and all in the child's namespace are gone; it may have none yet.
    pkill -KILL -P "$id" || kill -KILL "$id" 2>/dev/null || true
    return 1
  }
  eventually "the end of the rig" end_of_rig
  rm -rf --one-file-system -- "$rig"
}

# ---- the command line ---------------------------------------------------------------------------

for_ssh=(sshd:openssh-server ssh:openssh-client ssh-keygen:openssh-client)
PATH=$PATH:/usr/sbin:/sbin
verb=${1:---help}
case $verb in
  -h | --help) usage; exit 0 ;;
  check) if [[ ${2:-} == --ssh ]]; then check "${for_ssh[@]}"; else check; fi; exit 0 ;;
esac
(($# > 1)) || misused "found \"$*\", expected a verb and the rig's folder (rig.sh --help)"
rig=$(realpath -m "$2")
shift 2
needs() { # NUMBER ARGUMENT...
  (($# - 1 == $1)) || misused "$verb: found $(($# - 1)) arguments after the rig, expected $1"
  [[ -e $rig/is_a_rig ]] || fail "$rig is not a rig"
}
case $verb in
  up) up "$@" ;;
  down) down ;;
  exec)
    (($# > 1)) || misused "exec: expected a host and a command"
    id=$(keeper "$1")
    # shellcheck disable=SC2016
    exec nsenter --target "$id" --mount --uts --ipc --net --pid -- setpriv --pdeathsig KILL \
      bash -c 'cd "$1" 2>/dev/null || cd /; shift; exec "$@"' "$1" "$PWD" "${@:2}"
    ;;
  slow) needs 3 "$@"; needs_link "$1" "$2"; shape "$1" "$2" "$3" ;;
  cut)
    needs 2 "$@"
    needs_link "$1" "$2"
    network_of switch ip link set "$(port "$1" "$2")" nomaster
    ;;
  mend)
    needs 2 "$@"
    needs_link "$1" "$2"
    network_of switch ip link set "$(port "$1" "$2")" master "$2"
    shape "$1" "$2" "$(if [[ $2 == eth0 ]]; then echo none; else cat "$rig/rate"; fi)"
    ;;
  vanish) needs 1 "$@"; vanish "$1" ;;
  be-rig) be_rig ;;
  be-switch) be_switch ;;
  be-host) be_host "$@" ;;
  *) misused "found the verb \"$verb\" (rig.sh --help)" ;;
esac
