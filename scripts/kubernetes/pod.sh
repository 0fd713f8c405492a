#!/usr/bin/env bash
# What each pod of an Indexed Job does (scripts/kubernetes.sh writes the Job): all start an sshd that
# lets the Job's own key in; the pod with index 0 waits for the others, runs plumbline on all of them
# and ends as it ends; the others end when it has told them to.
#
#   PLUMBLINE_PODS       how many there are
#   PLUMBLINE_POD_NAME   a pod is $PLUMBLINE_POD_NAME-<index>.$PLUMBLINE_SERVICE in the network
#   PLUMBLINE_SERVICE
#   PLUMBLINE_NODE       what this pod's node is called; its rows are named so
#   PLUMBLINE_KEY        folder with id and id.pub
#   PLUMBLINE_WAIT       seconds until a pod that has not come is taken for lost (600); the others give
#                        up when the one with index 0 has not been there for as long
#   JOB_COMPLETION_INDEX set by Kubernetes
#
#   pod.sh COMMAND...    the command of index 0; --hosts and --ssh are appended
set -euo pipefail

port=2222
state=/run/plumbline
mkdir -p "$state" /run/sshd
printf '%s\n' "$PLUMBLINE_NODE" >"$state/node"

# A session must find what the container was started with, but not which pod it is.
environment() {
  local name
  for name in $(compgen -e); do
    case $name in
      PATH | LD_LIBRARY_PATH | CUDA_* | NVIDIA_* | FI_* | RDMAV_* | NCCL_* | OFI_NCCL_*)
        printf ' %s="%s"' "$name" "${!name//\"/}" ;;
    esac
  done
}
ssh-keygen -q -t ed25519 -N '' -f "$state/host_key" <<<y >/dev/null
install -m 600 "$PLUMBLINE_KEY/id" "$state/id"
install -m 644 "$PLUMBLINE_KEY/id.pub" "$state/authorized_keys"
printf '%s\n' "Port $port" "HostKey $state/host_key" "AuthorizedKeysFile $state/authorized_keys" \
  'StrictModes no' 'PermitRootLogin prohibit-password' 'PasswordAuthentication no' 'UsePAM no' \
  'PidFile none' 'LogLevel ERROR' 'MaxStartups 1000' 'MaxSessions 1000' "SetEnv$(environment)" >"$state/sshd_config"
"$(command -v sshd)" -D -e -f "$state/sshd_config" &
sshd=$!

wait=${PLUMBLINE_WAIT:-600}
address() { printf '%s-%s.%s' "$PLUMBLINE_POD_NAME" "$1" "$PLUMBLINE_SERVICE"; }
is_there() { timeout 5 bash -c ": <'/dev/tcp/$1/$port'" 2>/dev/null; }

if ((JOB_COMPLETION_INDEX != 0)); then
  seen=$SECONDS looked=$SECONDS
  until [[ -e $state/done ]]; do
    kill -0 "$sshd" 2>/dev/null || { echo 'pod: its sshd has ended' >&2; exit 1; }
    if ((SECONDS - looked >= 10)); then
      looked=$SECONDS
      if is_there "$(address 0)"; then seen=$SECONDS; fi
      ((SECONDS - seen < wait)) || { printf 'pod: %s is gone\n' "$(address 0)" >&2; exit 1; }
    fi
    sleep 1
  done
  kill "$sshd"
  exit 0
fi

ssh=(ssh -p "$port" -i "$state/id" -o IdentitiesOnly=yes -o StrictHostKeyChecking=no
  -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=5 -o BatchMode=yes)

# "NODE ADDRESS" of a pod. One that does not come is a host all the same: it was not tested.
line_of() { # INDEX
  local where node
  where=$(address "$1")
  while true; do
    if node=$("${ssh[@]}" "root@$where" cat "$state/node" 2>/dev/null); then
      printf '%s root@%s\n' "$node" "$where"
      return
    fi
    ((SECONDS < wait)) || break
    sleep 2
  done
  printf 'pod: %s has not come within %s s\n' "$where" "$wait" >&2
  printf '%s root@%s\n' "$PLUMBLINE_POD_NAME-$1" "$where"
}

# at_once FIRST COMMAND...: COMMAND with each index from FIRST on, some at a time.
at_once() {
  local index
  for ((index = $1; index < PLUMBLINE_PODS; ++index)); do
    "${@:2}" "$index" &
    if (((index - $1) % 64 == 63)); then wait_for_them; fi
  done
  wait_for_them
}
wait_for_them() { # all but the sshd
  local job
  for job in $(jobs -p); do
    if ((job != sshd)); then wait "$job" || true; fi
  done
}
mkdir -p "$state/lines"
note_line_of() { line_of "$1" >"$state/lines/$1"; }
at_once 0 note_line_of
for ((index = 0; index < PLUMBLINE_PODS; ++index)); do cat "$state/lines/$index"; done \
  >"$state/hosts.txt"
printf 'pod: %s of %s have come\n' \
  "$(grep -vc "^$PLUMBLINE_POD_NAME-[0-9]* " "$state/hosts.txt" || true)" "$PLUMBLINE_PODS"

# Kubernetes ends a pod with SIGTERM: the run then says how to go on.
"$@" --hosts "$state/hosts.txt" --ssh "${ssh[*]}" &
run=$!
trap 'kill -TERM "$run" 2>/dev/null || true' TERM INT
wait "$run" && code=0 || code=$?
while kill -0 "$run" 2>/dev/null; do wait "$run" && code=0 || code=$?; done

tell_to_end() {
  timeout 20 "${ssh[@]}" "root@$(address "$1")" touch "$state/done" 2>/dev/null
}
at_once 1 tell_to_end
kill "$sshd"
exit "$code"
