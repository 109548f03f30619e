/** `npm run -s ids [-- --stack NAME] [--image NAME]`: the published ids as shell assignments. */
import { parseArgs } from "node:util";
import { execa } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import { localStack, requireStarted, stackProcessEnvironment } from "../environment.ts";
import { projectDirectory } from "../paths.ts";
import { runTool } from "../run-tool.ts";
import { shellDeployIds, shellIds, type ImageIds } from "./shell-names.ts";

/** What the stack exports (index.ts), as far as it is read here. */
interface Outputs {
  readonly userImages?: Readonly<Record<string, ImageIds>>;
  readonly ironic?: Readonly<Record<string, string>>;
}

await runTool(async () => {
  const { values } = parseArgs({
    options: { stack: { type: "string", default: localStack }, image: { type: "string" } },
  });
  requireStarted(values.stack);
  const env = stackProcessEnvironment(values.stack);
  const options = { cwd: projectDirectory, env, extendEnv: false, reject: false } as const;
  const { stdout, stderr, exitCode } = await execa(
    "pulumi",
    ["stack", "output", "--json", "--stack", values.stack],
    options,
  );
  const outputs = exitCode === 0 ? (JSON.parse(stdout) as Outputs) : {};
  if (outputs.userImages === undefined) {
    const summary = `stack ${values.stack} exports no ids; \`pulumi up --stack ${values.stack}\` makes them`;
    throw new IronicImagesError("no-ids", summary, stderr);
  }
  process.stdout.write(shellIds(outputs.userImages, values.image));
  if (values.image === undefined) process.stdout.write(shellDeployIds(outputs.ironic ?? {}));
});
