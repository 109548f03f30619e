// The parts of the project's own SDK that the host needs: the gRPC library, the messages, the range check of versions.
import { createRequire } from "node:module";
import path from "node:path";

/** @returns the SDK's modules as the program in `directory` would load them, or undefined when it is not installed there */
export function loadSdk(directory) {
  const fromProject = createRequire(path.join(directory, "package.json"));
  let manifest;
  try {
    manifest = fromProject.resolve("@pulumi/pulumi/package.json");
  } catch {
    return undefined;
  }
  // What the SDK depends on may be nested below it, so it is looked up from there.
  const fromSdk = createRequire(manifest);
  return {
    grpc: fromSdk("@grpc/grpc-js"),
    service: fromSdk("./proto/language_grpc_pb.js").LanguageRuntimeService,
    language: fromSdk("./proto/language_pb.js"),
    plugin: fromSdk("./proto/plugin_pb.js"),
    engine: { ...fromSdk("./proto/engine_pb.js"), EngineClient: fromSdk("./proto/engine_grpc_pb.js").EngineClient },
    Empty: fromSdk("google-protobuf/google/protobuf/empty_pb.js").Empty,
    semver: fromSdk("semver"),
  };
}

/** Finds a module as `require` would in a program of `directory`; undefined when it is not there. */
export function locateModule(name, directory) {
  try {
    return createRequire(path.join(directory, "package.json")).resolve(name);
  } catch {
    return undefined;
  }
}
