#!/bin/bash
# First process of the sandbox's PID namespace: arranges the file system, then runs the command in job/command.
# Usage: inside.sh BUILD-DIRECTORY CACHE-DIRECTORY
# Standard input is a line: empty, or two words in base64, what becomes secrets/environment and secrets/search.json.
set -eu
{ # Read as a whole before it runs: whoever edits this file during a build does not change that build.
here=$(dirname "$(readlink -f "$0")")
build=$1 cache=$2

over() { # FILE TOOL: puts FILE in the place of an installed tool, because sudo's secure_path hides a directory put first on PATH
  local tool
  tool=$(command -v "$2") || return 0
  mount --bind "$1" "$(readlink -f "$tool")"
}

under() { # TOOL: an installed tool is at /mnt/TOOL, too
  : >"$build/$1"
  mount --bind "$(command -v "$1")" "$build/$1"
}

instead() { # TOOL: puts job/TOOL in the place of an installed tool, which is at /mnt/TOOL then
  under "$1"
  over "$build/job/$1" "$1"
}

ours() { # TOOL WORD...: the same with the TOOL beside this script, which gets the WORDs before its own
  printf '#!/bin/bash\nexec %q %s "$@"\n' "$here/$1" "${*:2}" >"$build/job/$1"
  chmod +x "$build/job/$1"
  instead "$1"
}

is_one() { # TOOL: whether its program is that tool's, and not one that is many
  local tool
  tool=$(command -v "$1") && [ "$(basename "$(readlink -f "$tool")")" = "$1" ]
}

# See fstrim.py.
if command -v fstrim >/dev/null; then instead fstrim; fi

# Trees that debootstrap made before, see core/build/sandbox/debootstrap.
if [ -d "$build/base-roots" ] && command -v debootstrap >/dev/null; then
  ours debootstrap /mnt/debootstrap /mnt/base-roots /mnt/cache
fi

# Packages that earlier builds fetched, of other slots too; each is compared with the archive's digests, see core/build/sandbox/chroot. Links: apt
# replaces a file and never writes into it.
if [ -e "$build/job/keep-packages" ] && is_one chroot; then
  ours chroot /mnt/chroot
  for packages in "$cache"/../slot-*/apt/*/; do
    own=$cache/apt/$(basename "$packages")
    if [ -d "$packages" ] && ! [ "$packages" -ef "$own" ]; then
      mkdir -p "$own"
      find "$packages" -maxdepth 1 -type f -name '*.deb' -exec cp --link --no-clobber --target-directory="$own" -- {} + 2>/dev/null || :
    fi
  done
fi

# mmdebstrap is used by diskimage-builder wherever it happens to be installed, and makes another image than debootstrap.
over /dev/null mmdebstrap

# Where sudo's PAM settings name pam_env, as Ubuntu's do, every hook would get what the build host has in these.
: >"$build/empty"
for file in /etc/environment /etc/default/locale /etc/security/pam_env.conf; do
  if [ -f "$file" ]; then mount --bind "$build/empty" "$(readlink -f "$file")"; fi
done

if is_one sudo; then
  under sudo
  # Called often, so it is one small program.
  over "$here/sudo" sudo
  if is_one sleep; then
    under sleep
    cp "$here/sleep" "$build/job/sleep"
  fi
fi

# Also where the kernel has device-mapper: what it maps of a build that is killed would hold the disk's loop device for ever.
over "$here/kpartx" kpartx
over "$here/dmsetup" dmsetup

mkdir "$build/loops"
if is_one losetup; then ours losetup /mnt/losetup /mnt/loops; fi

read -r environment search || :
if [ -n "$environment" ]; then
  # In memory that is never swapped, and gone with this namespace; the directory on the disk stays empty.
  mkdir "$build/secrets"
  mount -t ramfs -o mode=0700 none "$build/secrets"
  # Pipes: bash can make a file on the disk of a here-string.
  printf '%s' "$environment" | base64 -d >"$build/secrets/environment"
  printf '%s' "$search" | base64 -d >"$build/secrets/search.json"
fi
unset environment search
exec </dev/null

mount --bind "$cache" "$build/cache"
mapfile -d '' -t binds <"$build/job/binds"
for ((i = 0; i < ${#binds[@]}; i += 2)); do
  mount --bind "${binds[i]}" "$build/${binds[i + 1]}"
  mount -o remount,bind,ro "$build/${binds[i + 1]}"
done
# A short fixed place: diskimage-builder splits paths at spaces, and what it notes in the image names no directory of this machine.
mount --rbind "$build" /mnt

# Ending only what hooks run lets diskimage-builder clean up after itself; its log filter has to outlive it.
end_hooks() {
  local process pid
  for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    [ "$pid" = 1 ] || [ "$pid" = "$builder" ] || grep -qs "outfilter[.]py" "$process/cmdline" || kill -TERM "$pid" 2>/dev/null || :
  done
}

mapfile -d '' -t words </mnt/job/command
cd /mnt/out
env -i "${words[@]}" </dev/null &
builder=$!
trap end_hooks TERM

status=0
while :; do
  wait "$builder" && status=0 || status=$?
  kill -0 "$builder" 2>/dev/null || break
done
# The log filter gets the end of its input now; without it the last lines are lost.
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  grep -qs "outfilter[.]py" /proc/[0-9]*/cmdline || break
  sleep 0.1
done
exit "$status"
}
