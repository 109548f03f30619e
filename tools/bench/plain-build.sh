#!/bin/bash
# A build as somebody runs it by hand, but in mount and PID namespaces of its own, so that nothing of it stays on the machine.
# Usage: plain-build.sh DIRECTORY NAME=VALUE... COMMAND [ARGUMENT...], as root
# Standard input is the caller's grip: when it ends, the build is killed.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

if [ "$1" = --inside ]; then
  # Our builds' stand-ins, where the kernel has no device-mapper: without them there is nothing to compare with.
  if ! grep -qw device-mapper /proc/misc && ! modprobe -q dm_mod 2>/dev/null; then
    sandbox=$(dirname "$(readlink -f "$0")")/../../core/build/sandbox
    for tool in kpartx dmsetup; do
      if path=$(command -v "$tool"); then mount --bind "$sandbox/$tool" "$(readlink -f "$path")"; fi
    done
  fi
  cd "$2" || exit 1
  shift 2
  exec env -i "$@" </dev/null
fi

exec 7<&0 </dev/null 2>&1
setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
  "$(readlink -f "$0")" --inside "$@" 7<&- &
build=$!
# bash would say of the build that it was killed.
exec >/dev/null 2>&1
(
  cat <&7 >/dev/null
  kill -KILL "$build"
) &
grip=$!
wait "$build"
status=$?
kill "$grip" 2>/dev/null
exit "$status"
