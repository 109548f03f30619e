/** `eval "$(npm run -s env)"`, or `-- --stack NAME`: prints the shell code that makes plain `pulumi` work in one's own shell. */
import { parseArgs } from "node:util";
import { localStack, requireStarted, stackEnvironment } from "../environment.ts";
import { localPaths } from "../paths.ts";
import { runTool } from "../run-tool.ts";
import { requireStackFile } from "../stacks.ts";
import { shellCode } from "./shell-code.ts";

await runTool(async () => {
  const { values } = parseArgs({ options: { stack: { type: "string", default: localStack } } });
  requireStackFile(values.stack);
  requireStarted(values.stack);
  process.stdout.write(shellCode(stackEnvironment(values.stack), localPaths().bin));
}, "env");
