import { createRequire } from "node:module";
import { join } from "node:path";
import { execa } from "execa";

const ofSdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
const file = "plugins/resource-openstack-v3.15.2/pulumi-resource-openstack";
const urn = "urn:pulumi:test::ironic-images::openstack:images/image:Image::test";

interface Client {
  configure(request: object, done: (error: Error | null) => void): void;
  read(request: object, done: (error: Error | null, answer: { getId(): string }) => void): void;
  close(): void;
}

/** The openstack plugin's own process, spoken to over gRPC as the engine does. */
export interface OpenstackPlugin {
  /** Reads an image; whether it is there. */
  reads(id: string): Promise<boolean>;
}

/**
 * Starts the plugin that the engine would use, asks it something, and ends it.
 *
 * @param options.config of the provider, as the engine hands it on
 * @param options.directory where it looks for clouds.yaml first
 */
export async function withOpenstackPlugin<T>(
  options: {
    readonly config: Readonly<Record<string, string>>;
    readonly environment: Readonly<Record<string, string>>;
    readonly directory: string;
  },
  ask: (plugin: OpenstackPlugin) => Promise<T>,
): Promise<T> {
  const { PATH = "", PULUMI_HOME = "", HOME = "" } = process.env;
  const running = execa(join(PULUMI_HOME, file), ["127.0.0.1:1"], {
    cwd: options.directory,
    env: { PATH, HOME, ...options.environment },
    extendEnv: false,
    stderr: "ignore",
    reject: false,
  });
  const port = await new Promise<string>((resolve, reject) => {
    running.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
    void running.then((ended) => reject(new Error(`the plugin ended at once: ${ended.shortMessage}`)));
  });
  const { credentials } = ofSdk("@grpc/grpc-js") as { credentials: { createInsecure(): unknown } };
  const { ResourceProviderClient } = ofSdk("@pulumi/pulumi/proto/provider_grpc_pb.js") as {
    ResourceProviderClient: new (address: string, credentials: unknown) => Client;
  };
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  try {
    const { ConfigureRequest, ReadRequest } = messages();
    const { Struct } = ofSdk("google-protobuf/google/protobuf/struct_pb.js") as {
      Struct: { fromJavaScript(value: object): object };
    };
    const configuration = new ConfigureRequest();
    configuration.setArgs(Struct.fromJavaScript(options.config));
    await new Promise<void>((resolve, reject) =>
      client.configure(configuration, (error) => (error ? reject(error) : resolve())),
    );
    return await ask({
      reads: (id) => {
        const request = new ReadRequest();
        request.setId(id);
        request.setUrn(urn);
        return new Promise((resolve, reject) =>
          client.read(request, (error, answer) => (error ? reject(error) : resolve(answer.getId() !== ""))),
        );
      },
    });
  } finally {
    client.close();
    running.kill();
    await running;
  }
}

function messages() {
  return ofSdk("@pulumi/pulumi/proto/provider_pb.js") as {
    ConfigureRequest: new () => { setArgs(args: object): void };
    ReadRequest: new () => { setId(id: string): void; setUrn(urn: string): void };
  };
}
