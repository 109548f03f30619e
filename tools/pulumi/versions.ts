/** The Pulumi engine that this project is made for, the version of its SDK in package.json and of tools/pulumi/engine/go.mod. */
export const engineVersion = "3.259.0";

/** The openstack resource plugin: the version of `@pulumi/openstack` in package.json, exactly (the engine looks for no other). */
export const openstackPluginVersion = "3.15.2";

/** Whether an installed engine of `version` (`v3.260.1`, `3.261.0-alpha.1`) will do: engineVersion or later, below 4. */
export function engineSuffices(version: string): boolean {
  const parsed = parseVersion(version);
  const wanted = parseVersion(engineVersion);
  if (parsed === undefined || wanted === undefined || parsed[0] !== wanted[0]) return false;
  const order = compareVersions(parsed, wanted);
  // A pre-release comes before its release.
  return order > 0 || (order === 0 && !version.includes("-"));
}

/** The numbers of a version such as `v3.259.0` or Go's `1.25`; undefined when there are none. */
export function parseVersion(version: string): readonly number[] | undefined {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  return match === null ? undefined : match.slice(1).map((part) => Number(part ?? 0));
}

/** Negative, zero or positive, as `left` is before, the same as, or after `right`. */
export function compareVersions(left: readonly number[], right: readonly number[]): number {
  const at = [0, 1, 2].find((index) => (left[index] ?? 0) !== (right[index] ?? 0));
  return at === undefined ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
