#!/bin/bash
# First process of the user-mode-linux guest: makes a machine of the host's own files, runs the build, and switches off.
# Its own directory (exchange) is all that it shares with the host; everything else that it writes goes to memory or to its work disk.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
exchange=$(dirname "$0")
modules=/usr/lib/uml/modules/$(uname -r)

load() { # MODULE...: modprobe would look in /lib/modules, which the package of this kernel does not use
  local module line files file
  for module; do
    line=$(grep "/$module\.ko:" "$modules/modules.dep") || { echo "no module $module in $modules"; continue; }
    files=
    for file in ${line%%:*} ${line#*:}; do files="$file $files"; done
    for file in $files; do insmod "$modules/$file" 2>/dev/null; done
  done
}

if [ -z "${over_host:-}" ]; then
  mount -t proc proc /proc
  mount -t tmpfs tmpfs /run
  load overlay
  mkdir /run/upper /run/work /run/root
  mount -t overlay -o lowerdir=/,upperdir=/run/upper,workdir=/run/work overlay /run/root
  over_host=1 exec chroot /run/root "$0"
fi

switch_off() {
  sync
  echo o >/proc/sysrq-trigger
  sleep 60
}
trap switch_off EXIT
set -eu
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
ln -sfn /proc/self/fd /dev/fd
ln -sfn /proc/self/fd/0 /dev/stdin
ln -sfn /proc/self/fd/1 /dev/stdout
ln -sfn /proc/self/fd/2 /dev/stderr
mount -t hostfs -o "$exchange" none "$exchange"

load loop dm-mod vfat nls_cp437 nls_ascii nls_iso8859-1
hostname localhost
ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2
# A resolver on the host's loopback is out of reach; slirp stands in for it.
rm -f /etc/resolv.conf
echo "nameserver 10.0.2.3" >/etc/resolv.conf

disk=/ironic-images-disk
mkdir "$disk"
mkfs.ext4 -q -O ^has_journal -E lazy_itable_init=1,nodiscard /dev/ubda
mount -o noatime,nobarrier /dev/ubda "$disk"
mkdir "$disk/tmp"
export TMPDIR=$disk/tmp XDG_CACHE_HOME=$disk/cache

mapfile -d '' -t command <"$exchange/command"
env "${command[@]}" "$disk/project" "$exchange"
