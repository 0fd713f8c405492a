# shellcheck shell=bash disable=SC2154
# The first processes of a rig and of its hosts, from inside. A part of rig.sh, which reads this file.

# As those outside see this process; to be read before /proc becomes another.
read_self() { read -r self_stat </proc/self/stat; }
record_self() {
  local words
  read -r -a words <<<"${self_stat##*) }"
  printf '%s %s\n' "${self_stat%% *}" "${words[19]}" >"$1.new"
  mv "$1.new" "$1"
}

# The first process of a PID namespace: everything in the namespace ends with it. It adopts who
# loses its parent, and bash collects what they leave.
keep() { sleep infinity & wait; }

# The rig: its end is the end of everything.
be_rig() {
  lock || fail "$rig was removed while it was made"
  read_self
  record_self "$rig/keeper"
  exec {lock}<&-
  exec unshare --pid --net --fork --kill-child bash "$self" be-switch "$rig"
}
be_switch() {
  read_self
  record_self "$rig/hosts/switch"
  keep
}

# An empty PLACE of this host's own; shared folders below it are still seen.
own() { # PLACE MODE
  local folder inside
  mount --no-mtab -t tmpfs -o "mode=$2" rig "$rig/stage"
  for folder in "$rig" "${shared[@]}"; do
    [[ $folder == "$1"/* ]] || continue
    inside=$rig/stage/${folder#"$1"/}
    mkdir -p "$inside"
    mount --no-mtab --bind "$folder" "$inside"
  done
  mount --no-mtab --move "$rig/stage" "$1"
}
be_host() { # NAME OWN_TMP SHARED...
  local name=$1 own_tmp=$2
  shared=("${@:3}")
  read_self
  hostname "$name"
  own /dev/shm 1777
  own /run 755
  if [[ $own_tmp == yes ]]; then own /tmp 1777; fi
  mount --no-mtab -t proc proc /proc
  # Another /sys shows this host's links. The cgroups stay: there are programs that look for them.
  mount --no-mtab -t sysfs sysfs "$rig/stage"
  if [[ -d $rig/stage/fs/cgroup ]]; then
    mount --no-mtab --rbind /sys/fs/cgroup "$rig/stage/fs/cgroup"
  fi
  mount --no-mtab --move "$rig/stage" /sys
  mount --no-mtab --bind "$rig/etc_hosts" /etc/hosts
  ip link set lo up
  record_self "$rig/hosts/$name"
  keep
}
