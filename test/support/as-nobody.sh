#!/bin/sh
# as-nobody.sh NODE_MODULES TOOLS PULUMI_HOME PROJECT COMMAND...: runs COMMAND in PROJECT as a user without rights anywhere else.
# The three trees are bound below PROJECT's parent, because the directories above them may be closed to others.
set -eu
modules=$1 tools=$2 home=$3 project=$4
shift 4
if [ "${AS_NOBODY_INSIDE:-}" = "" ]; then
  exec env AS_NOBODY_INSIDE=1 unshare --mount --propagation private "$0" "$modules" "$tools" "$home" "$project" "$@"
fi
base=$(dirname "$project")/nobody
mkdir -p "$base/tools" "$base/home" "$base/plugins"
rm -f "$project/node_modules" && mkdir "$project/node_modules"
mount --bind "$modules" "$project/node_modules"
mount --bind "$tools" "$base/tools"
mount --bind "$home/plugins" "$base/plugins"
ln -sfn "$base/plugins" "$base/home/plugins"
chmod -R a+rwX "$(dirname "$project")/state"
chmod a+rx "$(dirname "$project")"
chown -R 65534:65534 "$base/home" "$project/stacks"
cd "$project"
exec env -u AS_NOBODY_INSIDE HOME="$base/home" USER=nobody PULUMI_HOME="$base/home" \
  PATH="$base/tools:$project/node_modules/.bin:/usr/bin:/bin" \
  setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
