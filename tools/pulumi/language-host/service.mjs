// The calls of LanguageRuntime, each a translation between messages and the module that does the work.
// What has no handler here is answered UNIMPLEMENTED by the gRPC library: code generation, packing, linking, plugins in Node.
import { Buffer } from "node:buffer";
import process from "node:process";
import { installDependencies } from "./install.mjs";
import { parseOptions } from "./options.mjs";
import { findPlugins, programDependencies } from "./packages.mjs";
import { createProcesses } from "./processes.mjs";
import { runProgram } from "./run.mjs";

/** @returns {{ handlers: object, cancel: () => Promise<void> }} */
export function languageRuntime({ sdk, engineAddress, version }) {
  const { language, plugin, Empty } = sdk;
  const processes = createProcesses();
  let engine = engineAddress;

  const handlers = {
    handshake: unary((request) => {
      engine = request.getEngineAddress();
      return new language.LanguageHandshakeResponse();
    }),

    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(version)),

    about: unary(() => {
      const response = new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
      response.getMetadataMap().set("packagemanager", "npm");
      return response;
    }),

    getRequiredPackages: unary((request) => {
      const { plugins, sdks } = findPlugins(request.getInfo().getProgramDirectory());
      warnOfDifferentSdks(sdks);
      return new language.GetRequiredPackagesResponse().setPackagesList(
        plugins.map((found) => packageDependency(plugin, found)),
      );
    }),

    getProgramDependencies: unary((request) => {
      const packages = programDependencies(
        request.getInfo().getProgramDirectory(),
        request.getTransitivedependencies(),
      );
      const list = packages.map((found) => new language.DependencyInfo().setName(found.name).setVersion(found.version));
      return new language.GetProgramDependenciesResponse().setDependenciesList(list);
    }),

    // No question to ask: the one package manager is npm.
    runtimeOptionsPrompts: unary(() => new language.RuntimeOptionsResponse()),

    template: unary(() => new language.TemplateResponse()),

    run: unary(async (request, signal) => {
      const { error = "", bail = false } = await runProgram({ request, sdk, processes, engineAddress: engine, signal });
      return new language.RunResponse().setError(error).setBail(bail);
    }),

    installDependencies(call) {
      const info = call.request.getInfo();
      const write = (stream, chunk) => {
        const response = new language.InstallDependenciesResponse();
        if (stream === "stdout") response.setStdout(Buffer.from(chunk));
        else response.setStderr(Buffer.from(chunk));
        call.write(response);
      };
      const work = async () =>
        installDependencies({
          directory: info.getProgramDirectory(),
          packagemanager: parseOptions(info).packagemanager,
          write,
        });
      work().then(
        () => call.end(),
        // The library sends a status for an error event only: destroying the stream would leave the engine waiting.
        (error) => call.emit("error", { code: sdk.grpc.status.UNKNOWN, details: error.message }),
      );
    },

    cancel: unary(() => {
      // Answered at once: the engine goes on to wait for what is running.
      processes.cancel();
      return new Empty();
    }),
  };
  return { handlers, cancel: () => processes.cancel() };
}

/* global AbortController */

/** A call with one request and one answer; its signal is aborted when the engine gives the call up. */
function unary(work) {
  return (call, callback) => {
    const controller = new AbortController();
    call.on("cancelled", () => controller.abort());
    Promise.resolve()
      .then(() => work(call.request, controller.signal))
      .then((response) => callback(null, response))
      .catch((error) => callback(error));
  };
}

function packageDependency(plugin, found) {
  const message = new plugin.PackageDependency()
    .setKind("resource")
    .setName(found.name)
    .setVersion(found.version)
    .setServer(found.server);
  const parameterization = ({ name, version, value }) =>
    new plugin.PackageParameterization().setName(name).setVersion(version).setValue(value);
  if (found.parameterization !== undefined) message.setParameterization(parameterization(found.parameterization));
  if (found.extension !== undefined) message.setExtension$(parameterization(found.extension));
  return message;
}

function warnOfDifferentSdks(sdks) {
  const [first, ...others] = sdks;
  const other = others.find((found) => found.version.split(".")[0] !== first.version.split(".")[0]);
  if (other === undefined) return;
  process.stderr.write(
    `Found incompatible versions of @pulumi/pulumi: ${first.version} in ${first.path}, ${other.version} in ${other.path}\n`,
  );
}
