#!/usr/bin/env bash
# Slurm on this machine: a controller and nodes n1, n2 ... with 8 GPUs each that Slurm counts and
# nobody has. Each is a host of tests/fabric/rig. As root.
#
#   rig.sh check                   is all here that it needs? If not: exit 1, one line says what
#   rig.sh up RIG N [OPTION...]    makes the folder RIG, a controller and N nodes, or nothing
#     --rails N, --rate RATE         rails between the nodes, as in tests/fabric/rig (none)
#     --share FOLDER                 is seen on every node, as are RIG and $PWD; other /tmp is not
#   rig.sh exec RIG COMMAND...     runs it at the controller, where srun, sbatch and sinfo work
#   rig.sh on RIG NODE COMMAND...  runs it on a node, past Slurm
#   rig.sh kill-node RIG NODE      as if its power were cut
#   rig.sh down RIG                ends every process of the rig, removes RIG and all that up made
set -euo pipefail
self=$(realpath "${BASH_SOURCE[0]}")
hosts=${self%/slurm/rig/rig.sh}/fabric/rig/rig.sh

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$self"; }
fail() { printf 'slurm rig: %s\n' "$*" >&2; exit 1; }
misused() { printf 'slurm rig: %s\n' "$*" >&2; exit 2; }

check() {
  local program
  for program in slurmctld:slurmctld slurmd:slurmd srun:slurm-client munged:munge; do
    [[ -x $(command -v "${program%:*}") ]] ||
      fail "${program%:*} is not here (Debian package ${program#*:})"
  done
  bash "$hosts" check
}

# Makes the device files and the files that Slurm reads, which know no relative paths.
configure() { # NODES
  local number
  mkdir "$slurm" "$slurm"/{etc,run,log,dev,spool,spool/ctld}
  for number in {0..7}; do mknod "$slurm/dev/gpu$number" c 1 3; done
  (umask 077; head -c 1024 /dev/urandom >"$slurm/run/munge.key")
  printf 'Name=gpu Type=h100 File=%s/dev/gpu[0-7]\n' "$slurm" >"$slurm/etc/gres.conf"
  cat >"$slurm/etc/slurm.conf" <<CONF
ClusterName=rig
SlurmctldHost=ctl
SlurmctldPidFile=$slurm/run/slurmctld.pid
SlurmctldLogFile=$slurm/log/slurmctld.log
StateSaveLocation=$slurm/spool/ctld
SlurmdPidFile=$slurm/run/slurmd.%n.pid
SlurmdLogFile=$slurm/log/slurmd.%n.log
SlurmdSpoolDir=$slurm/spool/%n
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/run/munge.sock
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
SwitchType=switch/none
GresTypes=gpu
ReturnToService=2
SlurmdParameters=config_overrides
SlurmdTimeout=10
KillWait=5
InactiveLimit=0
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0
NodeName=n[1-$1] CPUs=8 CoresPerSocket=8 RealMemory=2000 Gres=gpu:h100:8 State=UNKNOWN
PartitionName=p Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
}

at() { SLURM_CONF=$slurm/etc/slurm.conf bash "$hosts" exec "$rig" "$@"; }

# How many nodes are idle.
idle() { at ctl sinfo -h -t idle -o %D 2>/dev/null || true; }

# What up does when it fails.
take_back() {
  printf 'slurm rig: %s did not come up\n' "$rig" >&2
  tail -qn 3 "$slurm"/log/*.log >&2 2>/dev/null || true
  bash "$hosts" down "$rig"
}

up() { # NODES OPTION...
  local nodes=$1 number tries names
  shift
  local options=(--rails 0 "$@")
  [[ $nodes =~ ^[1-9][0-9]?$ && $nodes -le 64 ]] ||
    misused "found \"$nodes\" nodes, expected 1 to 64"
  while (($#)); do
    case $1 in
      --rails | --rate | --share) (($# > 1)) || misused "$1 needs a value" ;;
      *) misused "found \"$1\", expected --rails, --rate or --share" ;;
    esac
    shift 2
  done
  [[ $rig =~ ^[A-Za-z0-9/._+-]+$ ]] ||
    fail "found the path \"$rig\", expected letters, digits and /._+- for slurm.conf"
  # The longest path of a socket in it must fit into 107 characters.
  ((${#rig} < 65)) || fail "the path $rig has ${#rig} characters, expected fewer than 65"
  check

  names=ctl
  for ((number = 1; number <= nodes; ++number)); do names+=,n$number; done
  # It ends with this process: who calls down after a killed up finds nobody at work on the rig.
  # shellcheck disable=SC2016
  setpriv --pdeathsig KILL bash -c '((PPID == $1)) && exec bash "${@:2}"' up $$ \
    "$hosts" up "$rig" --names "$names" --own-tmp "${options[@]}"
  trap take_back EXIT
  configure "$nodes"
  at ctl munged --force --key-file="$slurm/run/munge.key" --socket="$slurm/run/munge.sock" \
    --pid-file="$slurm/run/munged.pid" --seed-file="$slurm/run/munged.seed" \
    --log-file="$slurm/log/munged.log" --num-threads=2
  at ctl slurmctld -c
  for ((number = 1; number <= nodes; ++number)); do at "n$number" slurmd; done
  for ((tries = 0; tries < 600; ++tries)); do
    if [[ $(idle) == "$nodes" ]]; then
      trap - EXIT
      return 0
    fi
    sleep 0.05
  done
  fail "found $(idle) idle nodes after 30 s and more, expected $nodes"
}

PATH=$PATH:/usr/sbin:/sbin
verb=${1:---help}
case $verb in
  -h | --help) usage; exit 0 ;;
  check) check; exit 0 ;;
esac
(($# > 1)) || misused "found \"$*\", expected a verb and the rig's folder (rig.sh --help)"
rig=$(realpath -m "$2")
slurm=$rig/slurm
shift 2
needs() { # NUMBER WHAT ARGUMENT...
  (($# - 2 >= $1)) || misused "$verb: expected $2"
  [[ $verb == up || -d $slurm ]] || fail "$rig is not a rig"
}
exec_at() { exec env SLURM_CONF="$slurm/etc/slurm.conf" bash "$hosts" exec "$rig" "$@"; }
case $verb in
  up) needs 1 "how many nodes" "$@"; up "$@" ;;
  down) exec bash "$hosts" down "$rig" ;;
  exec) needs 1 "a command" "$@"; exec_at ctl "$@" ;;
  on) needs 2 "a node and a command" "$@"; exec_at "$@" ;;
  kill-node) needs 1 "a node" "$@"; exec bash "$hosts" vanish "$rig" "$1" ;;
  *) misused "found the verb \"$verb\" (rig.sh --help)" ;;
esac
