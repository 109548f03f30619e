/** `npm run -s ids [-- --stack NAME] [--image NAME]`: the published ids as shell assignments. */
import { parseArgs } from "node:util";
import { execa } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import { localStack, requireStarted, stackProcessEnvironment } from "../environment.ts";
import { projectDirectory } from "../paths.ts";
import { runTool } from "../run-tool.ts";
import { publishCommand, requireStackFile } from "../stacks.ts";
import { goingIds } from "./going.ts";
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
  const pulumi = (...args: string[]) => execa("pulumi", ["stack", ...args, "--stack", values.stack], options);
  const [{ stdout, stderr, exitCode }, state] = await Promise.all([pulumi("output", "--json"), pulumi("export")]);
  const outputs = exitCode === 0 ? (JSON.parse(stdout) as Outputs) : {};
  if (outputs.userImages === undefined) {
    requireStackFile(values.stack);
    const summary = `stack ${values.stack} exports no ids; ${publishCommand(values.stack)} makes them`;
    throw new IronicImagesError("no-ids", summary, stderr);
  }
  const wanted =
    values.image === undefined ? Object.values(outputs.userImages) : [outputs.userImages[values.image] ?? {}];
  const going = goingIds(wanted, state.stdout);
  if (going.length > 0)
    console.error(
      `ironic-images: the last ${publishCommand(values.stack)} did not finish, or an image was deleted since: the next one does without ${going.join(", ")}; run it before you use these ids`,
    );
  process.stdout.write(shellIds(outputs.userImages, values.image));
  if (values.image === undefined) process.stdout.write(shellDeployIds(outputs.ironic ?? {}));
}, "ids");
