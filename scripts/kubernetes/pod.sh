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
#   PLUMBLINE_WAIT       seconds until a pod that has not come is taken for lost (600)
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

if ((JOB_COMPLETION_INDEX != 0)); then
  until [[ -e $state/done ]]; do
    kill -0 "$sshd" 2>/dev/null || { echo "pod: its sshd has ended" >&2; exit 1; }
    sleep 1
  done
  kill "$sshd"
  exit 0
fi

ssh=(ssh -p "$port" -i "$state/id" -o IdentitiesOnly=yes -o StrictHostKeyChecking=no
  -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=5)
address() { printf '%s-%s.%s' "$PLUMBLINE_POD_NAME" "$1" "$PLUMBLINE_SERVICE"; }

# "NODE ADDRESS" of a pod. One that does not come is a host all the same: it was not tested.
line_of() { # INDEX
  local where node
  where=$(address "$1")
  while ((SECONDS < ${PLUMBLINE_WAIT:-600})); do
    if node=$("${ssh[@]}" -o BatchMode=yes "root@$where" cat "$state/node" 2>/dev/null); then
      printf '%s root@%s\n' "$node" "$where"
      return
    fi
    sleep 2
  done
  printf 'pod: %s has not come within %s s\n' "$where" "${PLUMBLINE_WAIT:-600}" >&2
  printf '%s root@%s\n' "$PLUMBLINE_POD_NAME-$1" "$where"
}
mkdir -p "$state/lines"
for ((index = 0; index < PLUMBLINE_PODS; ++index)); do
  line_of "$index" >"$state/lines/$index" &
  waits+=("$!")
done
wait "${waits[@]}"
for ((index = 0; index < PLUMBLINE_PODS; ++index)); do cat "$state/lines/$index"; done \
  >"$state/hosts.txt"
printf 'pod: %s of %s have come\n' \
  "$(grep -vc "^$PLUMBLINE_POD_NAME-[0-9]* " "$state/hosts.txt" || true)" "$PLUMBLINE_PODS"

"$@" --hosts "$state/hosts.txt" --ssh "${ssh[*]}" && code=0 || code=$?

ends=()
for ((index = 1; index < PLUMBLINE_PODS; ++index)); do
  timeout 20 "${ssh[@]}" -o BatchMode=yes "root@$(address "$index")" touch "$state/done" \
    2>/dev/null &
  ends+=("$!")
done
for end in "${ends[@]}"; do wait "$end" || true; done
kill "$sshd"
exit "$code"
