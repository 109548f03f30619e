import { createRequire } from "node:module";
import { join } from "node:path";
import { execa } from "execa";

const repository = join(import.meta.dirname, "../..");
// The SDK's own copies: the messages of another copy would be other classes.
const ofSdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));

type Properties = Record<string, unknown>;
interface Message {
  getInputs(): Struct;
  getProperties(): Struct;
  getFailuresList(): { getProperty(): string; getReason(): string }[];
  getId(): string;
}
interface Struct {
  toJavaScript(): Properties;
}
type Call = (method: string, request: unknown) => Promise<Message>;

/** The SDK's dynamic provider process, as the engine starts it: in the project's directory, spoken to over gRPC. */
export interface DynamicProvider {
  /** The stack config, by full key, values as JSON. */
  configure(config: Properties): Promise<void>;
  check(news: Properties): Promise<{ inputs: Properties; failures: { property: string; reason: string }[] }>;
  create(inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  read(id: string, outputs: Properties): Promise<{ id: string; outputs: Properties; inputs: Properties }>;
  delete(id: string, outputs: Properties): Promise<void>;
  /** The process that was started: the provider's, or that of the engine in which it was put. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** @param engine a link to a shell, called `pulumi`, that takes the engine's place above the provider */
export async function startDynamicProvider(
  environment: Record<string, string>,
  project = repository,
  engine?: string,
): Promise<DynamicProvider> {
  const script = ofSdk.resolve("@pulumi/pulumi/cmd/dynamic-provider/index.js");
  const words = [process.execPath, script, "127.0.0.1:1"];
  const [command = "", ...args] = engine === undefined ? words : [engine, "-c", '"$0" "$@"; :', ...words];
  const running = execa(command, args, {
    cwd: project,
    env: environment,
    stderr: "ignore",
    reject: false,
  });
  const port = await new Promise<string>((resolve, reject) => {
    running.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
    void running.then(() => reject(new Error("the dynamic provider ended at once")));
  });
  const { credentials } = ofSdk("@grpc/grpc-js") as { credentials: { createInsecure(): unknown } };
  const { ResourceProviderClient } = ofSdk("@pulumi/pulumi/proto/provider_grpc_pb.js") as {
    ResourceProviderClient: new (
      address: string,
      credentials: unknown,
    ) => Record<string, (request: unknown, done: (error: Error | null, answer: Message) => void) => void> & {
      close(): void;
    };
  };
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const call: Call = (method, request) =>
    new Promise((resolve, reject) =>
      client[method]?.(request, (error, answer) => (error ? reject(error) : resolve(answer))),
    );
  return {
    ...methods(call),
    pid: running.pid ?? 0,
    stop: async () => {
      client.close();
      running.kill();
      await running;
    },
  };
}

function methods(call: Call): Omit<DynamicProvider, "stop" | "pid"> {
  const messages = ofSdk("@pulumi/pulumi/proto/provider_pb.js") as Record<
    string,
    new () => Record<string, (value: unknown) => void>
  >;
  const { Struct } = ofSdk("google-protobuf/google/protobuf/struct_pb.js") as {
    Struct: { fromJavaScript(value: Properties): Struct };
  };
  const message = (type: string, fields: Properties) => {
    const made = new (messages[type] as NonNullable<(typeof messages)[string]>)();
    for (const [field, value] of Object.entries(fields)) {
      made[`set${field}`]?.(typeof value === "string" ? value : Struct.fromJavaScript(value as Properties));
    }
    return made;
  };
  return {
    async configure(Args) {
      await call("configure", message("ConfigureRequest", { Args }));
    },
    async check(News) {
      const answer = await call("check", message("CheckRequest", { Olds: {}, News }));
      const failures = answer
        .getFailuresList()
        .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
      return { inputs: answer.getInputs().toJavaScript(), failures };
    },
    async create(Properties) {
      const answer = await call("create", message("CreateRequest", { Properties }));
      return { id: answer.getId(), outputs: answer.getProperties().toJavaScript() };
    },
    async update(Id, Olds, News) {
      return (await call("update", message("UpdateRequest", { Id, Olds, News }))).getProperties().toJavaScript();
    },
    async read(Id, Properties) {
      const answer = await call("read", message("ReadRequest", { Id, Properties }));
      return {
        id: answer.getId(),
        outputs: answer.getProperties().toJavaScript(),
        inputs: answer.getInputs()?.toJavaScript(),
      };
    },
    async delete(Id, Properties) {
      await call("delete", message("DeleteRequest", { Id, Properties }));
    },
  };
}
