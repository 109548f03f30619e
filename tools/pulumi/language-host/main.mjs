// pulumi-language-nodejs: the Node language host for machines whose Pulumi engine was built from Go modules. The vendor's own
// host cannot be had there. It serves LanguageRuntime with the SDK that the project has installed, under any Node >= 18.
import process from "node:process";
import { loadSdk } from "./sdk.mjs";
import { languageRuntime } from "./service.mjs";

// The version of this protocol's implementation: the engine that it is placed beside.
const version = "v3.259.0";

const parameters = process.argv.slice(2);
if (parameters.some((parameter) => /^--?version$/.test(parameter))) {
  process.stdout.write(`${version}\n`);
} else {
  serve(parameters.filter((parameter) => !parameter.startsWith("-")).at(-1));
}

/** The engine starts this process with its own address as the last argument, and reads the port from the first line of stdout. */
function serve(engineAddress) {
  const sdk = loadSdk(process.cwd());
  if (sdk === undefined) {
    process.stderr.write(
      "The Pulumi SDK is not installed in this project: run `npm ci` (or `npm install`) there first.\n",
    );
    process.exitCode = 1;
    return;
  }
  const runtime = languageRuntime({ sdk, engineAddress, version });
  const largestMessage = 400 * 1024 * 1024;
  const server = new sdk.grpc.Server({
    "grpc.max_receive_message_length": largestMessage,
    "grpc.max_send_message_length": largestMessage,
  });
  server.addService(sdk.service, runtime.handlers);
  server.bindAsync("127.0.0.1:0", sdk.grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await runtime.cancel();
    server.forceShutdown();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
  // The engine holds the other end of stdin: when it dies, however it dies, its program must not live on.
  if (engineAddress !== undefined) process.stdin.on("end", stop).on("error", stop).resume();
}
