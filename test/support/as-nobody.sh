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
mkdir -p "$base/tools" "$base/home/plugins"
rm -f "$project/node_modules" && mkdir "$project/node_modules"
mount --bind "$modules" "$project/node_modules"
mount --bind "$tools" "$base/tools"
for plugin in "$home"/plugins/*/pulumi-resource-*; do
  place=$base/home/plugins/$(basename "$(dirname "$plugin")")/$(basename "$plugin")
  mkdir -p "$(dirname "$place")"
  : >"$place"
  mount --bind "$(readlink -f "$plugin")" "$place"
done
chmod -R a+rwX "$(dirname "$project")/state"
chmod a+rx "$(dirname "$project")"
cp "$OS_CLIENT_CONFIG_FILE" "$base/home/clouds.yaml"
chown 65534:65534 "$base/home/clouds.yaml" "$base/home" "$base/home/plugins"
chown -R 65534:65534 "$project/stacks"
cd "$project"
exec env -u AS_NOBODY_INSIDE HOME="$base/home" USER=nobody OS_CLIENT_CONFIG_FILE="$base/home/clouds.yaml" PULUMI_HOME="$base/home" \
  PATH="$base/tools:$project/node_modules/.bin:/usr/bin:/bin" \
  setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
