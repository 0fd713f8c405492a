#!/usr/bin/env bash
# Writes an Indexed Job for Kubernetes: plumbline on N nodes, a pod on each, judged together.
#
#   scripts/kubernetes.sh --nodes N --image IMAGE [OPTION...] | kubectl apply -f -
#     --nodes N              how many nodes, 1 to 5000
#     --image IMAGE          a container image with plumbline, openssh-server and openssh-client in it
#     --name NAME            of the Job and what belongs to it (plumbline)
#     --namespace NS         (default)
#     --suite SUITE          acceptance, nightly or a path in the image (acceptance)
#     --instance-type TYPE   only nodes of this type; expected of all of them (p5.48xlarge)
#     --gpus N --efas N      of each node, as the device plugins count them (0: the pod asks for none)
#     --bin DIR              where plumbline's programs are in the image (/usr/local/bin)
#     --claim CLAIM          results go to this volume claim (ReadWriteMany) ...
#     --results DIR          ... else to this folder of the node that has index 0 (/var/lib/plumbline)
#     --minutes N            the Job is ended after so long (1440)
#     --wait N               seconds until a pod that has not come is a host that was not tested (600):
#                            longer where nodes are started or a large image is pulled first
#     -- ARGUMENT...         more for plumbline accept
#
# The Job ends as plumbline accept ends: its pod 0 has that exit code, and its log says where the
# report is. A pod that fails fails alone (backoffLimitPerIndex, Kubernetes 1.29 and later). A key for
# ssh between the pods is made here and is good for this Job alone. GPU memory over EFA takes an image
# in which libfabric finds CUDA as libcudart.so.
set -euo pipefail
self=$(realpath "${BASH_SOURCE[0]}")

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$self"; }
misused() { printf 'kubernetes: %s\n' "$*" >&2; exit 2; }

nodes='' image='' name=plumbline namespace=default suite=acceptance type='' gpus=0 efas=0
bin=/usr/local/bin claim='' results=/var/lib/plumbline minutes=1440 wait=600 more=()
while (($#)); do
  case $1 in
    --nodes | --image | --name | --namespace | --suite | --instance-type | --gpus | --efas | --bin | \
      --claim | --results | --minutes | --wait)
      (($# > 1)) || misused "$1: found nothing behind it, expected a value"
      declare "$(sed 's/^--//; s/instance-type/type/' <<<"$1")=$2"
      shift ;;
    --) shift; more=("$@"); break ;;
    -h | --help) usage; exit 0 ;;
    *) misused "found \"$1\", expected an option (--help lists them)" ;;
  esac
  shift
done

number() { # OPTION VALUE LEAST MOST
  [[ $2 =~ ^[0-9]{1,6}$ ]] && ((10#$2 >= $3 && 10#$2 <= $4)) ||
    misused "--$1: found \"$2\", expected a number from $3 to $4"
}
matching() { # OPTION VALUE PATTERN WHAT
  [[ $2 =~ ^($3)$ ]] || misused "--$1: found \"$2\", expected $4"
}
label='[a-z]([-a-z0-9]{0,40}[a-z0-9])?'
number nodes "$nodes" 1 5000
number gpus "$gpus" 0 64
number efas "$efas" 0 64
number minutes "$minutes" 1 100000
number wait "$wait" 1 100000
matching image "$image" '[A-Za-z0-9][-A-Za-z0-9._/:@]*' 'the name of an image'
matching name "$name" "$label" 'a letter and then small letters, digits and -, at most 42'
matching namespace "$namespace" "[a-z0-9-]{1,63}" 'the name of a namespace'
matching suite "$suite" '[A-Za-z0-9._/-]+' 'a suite'
matching instance-type "$type" '([a-z0-9]+(-[a-z0-9]+)?[.][a-z0-9-]+)?' 'a type like p5.48xlarge'
matching bin "$bin" '/[A-Za-z0-9._/-]+' 'a folder from / on'
matching results "$results" '/[A-Za-z0-9._/-]+' 'a folder from / on'
matching claim "$claim" "[a-z0-9.-]{0,63}" 'the name of a volume claim'
for word in "${more[@]+"${more[@]}"}"; do
  [[ $word != *$'\n'* ]] || misused 'found a line break in what is for plumbline accept'
done
if [[ $type == p* ]] && ((gpus == 0 || efas == 0)); then
  printf 'kubernetes: a %s has GPUs and EFA devices; the pods ask for %s and %s (--gpus, --efas)\n' \
    "$type" "$gpus" "$efas" >&2
fi
for program in ssh-keygen base64; do
  [[ -x $(command -v "$program") ]] || misused "$program is not here"
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$scratch/id"

# A text in YAML's double quotes, which are those of JSON; Kubernetes takes $(NAME) in commands for a
# variable and $$(NAME) for the text.
quoted() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  printf '"%s"' "${text//\$(/\$\$(}"
}
limits() {
  if ((gpus > 0)); then printf '              nvidia.com/gpu: "%s"\n' "$gpus"; fi
  if ((efas > 0)); then
    printf '              vpc.amazonaws.com/efa: "%s"\n' "$efas"
    # What the EFA provider of libfabric takes for its own queues.
    printf '              hugepages-2Mi: 5120Mi\n              memory: 32000Mi\n'
  fi
}
command=("$bin/plumbline" accept "$suite" --results /results)
if [[ -n $type ]]; then command+=(--instance-type "$type"); fi
command+=("${more[@]+"${more[@]}"}")

cat <<YAML
# Made by scripts/kubernetes.sh: $nodes nodes, suite $suite.
apiVersion: v1
kind: Secret
metadata: {name: $name-ssh, namespace: "$namespace"}
data:
  id: $(base64 <"$scratch/id" | tr -d '\n')
  id.pub: $(base64 <"$scratch/id.pub" | tr -d '\n')
---
apiVersion: v1
kind: ConfigMap
metadata: {name: $name-pod, namespace: "$namespace"}
data:
  pod.sh: |
$(sed 's/^\(.\)/    \1/' "${self%/*}/kubernetes/pod.sh")
---
apiVersion: v1
kind: Service
metadata: {name: "$name", namespace: "$namespace"}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector: {app.kubernetes.io/name: plumbline, app.kubernetes.io/instance: "$name"}
---
apiVersion: batch/v1
kind: Job
metadata: {name: "$name", namespace: "$namespace"}
spec:
  completionMode: Indexed
  completions: $nodes
  parallelism: $nodes
  backoffLimitPerIndex: 0
  activeDeadlineSeconds: $((10#$minutes * 60))
  template:
    metadata:
      labels: {app.kubernetes.io/name: plumbline, app.kubernetes.io/instance: "$name"}
    spec:
      restartPolicy: Never
      subdomain: "$name"
      terminationGracePeriodSeconds: 60
$(if [[ -n $type ]]; then printf '      nodeSelector: {node.kubernetes.io/instance-type: "%s"}' "$type"; fi)
      tolerations:
        - {key: nvidia.com/gpu, operator: Exists}
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector:
                matchLabels: {app.kubernetes.io/name: plumbline, app.kubernetes.io/instance: "$name"}
              topologyKey: kubernetes.io/hostname
      containers:
        - name: plumbline
          image: $(quoted "$image")
          command: [bash, /plumbline/pod.sh$(for word in "${command[@]}"; do
            printf ', %s' "$(quoted "$word")"; done)]
          env:
            - {name: PLUMBLINE_PODS, value: "$nodes"}
            - {name: PLUMBLINE_POD_NAME, value: "$name"}
            - {name: PLUMBLINE_SERVICE, value: "$name"}
            - {name: PLUMBLINE_KEY, value: /plumbline-key}
            - {name: PLUMBLINE_WAIT, value: "$((10#$wait))"}
            - name: PLUMBLINE_NODE
              valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
          securityContext:
            capabilities:
              add: [IPC_LOCK, SYS_NICE, SYS_PTRACE]
          resources:
            limits:
$(limits | grep . || printf '              {}\n')
          volumeMounts:
            - {name: key, mountPath: /plumbline-key, readOnly: true}
            - {name: pod, mountPath: /plumbline, readOnly: true}
            - {name: shm, mountPath: /dev/shm}
            - {name: results, mountPath: /results}
      volumes:
        - name: key
          secret: {secretName: $name-ssh, defaultMode: 256}
        - name: pod
          configMap: {name: $name-pod}
        - name: shm
          emptyDir: {medium: Memory}
        - name: results
$(if [[ -n $claim ]]; then printf '          persistentVolumeClaim: {claimName: "%s"}' "$claim"
  else printf '          hostPath: {path: "%s", type: DirectoryOrCreate}' "$results"; fi)
YAML
