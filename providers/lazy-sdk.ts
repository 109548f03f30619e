import { createRequire } from "node:module";

// Loaded before Pulumi's SDK, by `--import`: `nodeargs` of Pulumi.yaml for the program, our launcher of dynamic providers (tools/pulumi) for those.
//
// The SDK loads the TypeScript compiler and what npm reads packages with as everything else, and needs them only to turn functions into text. This
// project has none to turn (see module-resource.ts), so all of it waits until something is asked for. Measured with Node 24: a program and a provider
// take 40 MiB less each, and start with half the processor time. Nothing is changed in any other process.

/** What runs a program or a provider; argument 1 of the process. */
const sdkCommand = /[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/](run|dynamic-provider)([\\/]index\.js)?$/;
const lazyModules = ["typescript", "@npmcli/arborist", "normalize-package-data"];

/** Has source maps looked up for stack traces, from the first one on: see plain-stacks.ts, which comes too late for those of the SDK's own start. */
const sourceMaps = "source-map-support/register";

const command = process.argv[1] ?? "";
if (sdkCommand.test(command)) {
  const sdkRequire = createRequire(command);
  for (const name of lazyModules) postpone(sdkRequire, name);
  withFile(sdkRequire, sourceMaps, (file) => replace(sdkRequire, file, {}));
}

/** Leaves a stand-in where `require` looks first, that loads the module when any property of it is read. */
function postpone(sdkRequire: NodeJS.Require, name: string): void {
  withFile(sdkRequire, name, (file) => replace(sdkRequire, file, standIn(sdkRequire, name, file)));
}

function standIn(sdkRequire: NodeJS.Require, name: string, file: string): object {
  let loaded: Record<PropertyKey, unknown> | undefined;
  const load = (): Record<PropertyKey, unknown> => {
    if (loaded === undefined) {
      delete sdkRequire.cache[file];
      loaded = sdkRequire(name) as Record<PropertyKey, unknown>;
    }
    return loaded;
  };
  return new Proxy(
    {},
    {
      get(_target, property) {
        // So that `__importStar`, TypeScript's helper, takes the stand-in as it is instead of copying what is in it.
        if (property === "__esModule") return true;
        return property === "default" ? load() : load()[property];
      },
      has: (_target, property) => property in load(),
    },
  );
}

function withFile(sdkRequire: NodeJS.Require, name: string, use: (file: string) => void): void {
  let file: string;
  try {
    file = sdkRequire.resolve(name);
  } catch {
    // Where it is not installed the SDK has its own answer.
    return;
  }
  use(file);
}

function replace(sdkRequire: NodeJS.Require, file: string, exports: object): void {
  const record = { id: file, filename: file, path: file, loaded: true, exports, children: [], paths: [] };
  sdkRequire.cache[file] = record as unknown as NodeJS.Module;
}
