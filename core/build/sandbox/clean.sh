#!/bin/bash
# Detaches and removes what a build left, as root; with --keep only detaches it, and gives the outputs to their owner.
# Usage: clean.sh [--locked] [--keep UID:GID] BUILD-DIRECTORY
# Exit status 75: the build directory is in use. 1: something is mounted in it and cannot be unmounted.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
locked= owner=
while :; do
  case $1 in
    --locked) locked=1; shift ;;
    --keep) owner=$2; shift 2 ;;
    *) break ;;
  esac
done
build=$(readlink -f "$1")
[ -e "$build/ironic-images-build" ] || { echo "$build is no build directory" >&2; exit 1; }
if [ -z "$locked" ]; then
  exec 8>>"$build/sandbox.lock"
  flock --nonblock 8 || exit 75
fi

# By inode: the path that the kernel shows for a backing file, of a disk as of a device, is the one inside a namespace that may be gone.
loops() { losetup --list --noheadings --output NAME,BACK-MAJ:MIN,BACK-INO; }
on_device() { # FILE: the device of its file system, as losetup writes it
  local st_dev
  st_dev=$(stat --format %d "$1")
  echo "$((st_dev >> 8 & 0xfff)):$((st_dev & 0xff | st_dev >> 12 & 0xfff00))"
}
detach() { # LOOP-DEVICE
  local name device inode own
  own="$(on_device "$1") $(stat --format %i "$1")"
  loops | while read -r name device inode; do
    if [ "$device $inode" = "$own" ]; then detach "$name"; fi
  done
  rm -f /dev/mapper/"${1#/dev/}"p[0-9]*
  losetup --detach "$1" 2>/dev/null || :
}
file_system=$(on_device "$build")
loops | while read -r name device inode; do
  if [ "$device" = "$file_system" ] && [ -n "$(find "$build" -xdev -inum "$inode" -print -quit)" ]; then detach "$name"; fi
done

# A mount here could be the host's /dev: nothing is removed while there is one.
mounts_below() {
  local path
  cut -d ' ' -f 5 /proc/self/mountinfo | while read -r path; do
    path=$(printf '%b' "${path//\\0/\\00}")
    case $path in "$build"/*) printf '%s\0' "$path" ;; esac
  done
}
mounts_below | sort -rz | xargs -0r -n 1 umount || :
if [ -n "$(mounts_below | tr '\0' ' ')" ]; then
  echo "cannot unmount what is mounted in $build; unmount it and run again" >&2
  exit 1
fi

if [ -n "$owner" ]; then
  chown -hR "$owner" "$build/out"
else
  rm -rf --one-file-system "$build"
fi
