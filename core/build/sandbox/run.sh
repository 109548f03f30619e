#!/bin/bash
# Runs one build as root in mount and PID namespaces of its own. What it leaves is in its directory alone, for clean.sh to remove.
# Usage: run.sh BUILD-DIRECTORY CACHE-DIRECTORY UID:GID
# Standard input is the caller's grip. Its first line is the build's secrets, see inside.sh, or empty. Then the line "cancel" lets the build end
# itself, and its end (the caller died) kills everything at once.
set -u
{ # Read as a whole before it runs: whoever edits this file during a build does not change that build.
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
here=$(dirname "$(readlink -f "$0")")
build=$1 cache=$2 owner=$3
exec 7<&0 </dev/null

# Locks that die with this script: clean.sh tells by the first whether the build directory is in use, the second keeps a dying build's cache from its successor.
exec 8>>"$build/sandbox.lock" 9>>"$cache/sandbox.lock"
flock --wait 60 8 && flock --wait 60 9 || { echo "ironic-images: the sandbox of an earlier build does not end" >&2; exit 121; }

# From the grip into a pipe: secrets are in no argument, no environment and no file of the host.
IFS= read -r secrets <&7 || :

# The parent's death is the child's: setpriv for this script, --kill-child for unshare.
setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
  "$here/inside.sh" "$build" "$cache" 7<&- 8>&- 9>&- < <(exec 7<&- 8>&- 9>&-; printf '%s\n' "$secrets") &
sandbox=$!
unset secrets
# The caller can be dead by now: bash's own words would end this script by SIGPIPE before it has cleaned up.
exec >/dev/null 2>&1

(
  exec 8>&- 9>&-
  while read -r word <&7; do
    [ "$word" = cancel ] && kill -TERM $(cat "/proc/$sandbox/task/$sandbox/children")
  done
  : >"$build/abandoned"
  kill -KILL "$sandbox"
) &
grip=$!

wait "$sandbox"
status=$?
kill "$grip" 2>/dev/null
if [ -e "$build/abandoned" ]; then
  "$here/clean.sh" --locked "$build"
else
  "$here/clean.sh" --locked --keep "$owner" "$build"
fi
exit "$status"
}
