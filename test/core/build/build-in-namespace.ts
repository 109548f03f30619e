// Builds the tiny image of a project in the namespace of this process, which decides what the build sees. Argument: the project.
import { localExecutor } from "../../../core/build/local-executor.ts";
import { fingerprint, fingerprintInputs } from "../../../core/recipe/fingerprint.ts";
import { tiny } from "./support.ts";

const [projectDirectory = ""] = process.argv.slice(2);
const inputs = fingerprintInputs(tiny, projectDirectory);
const job = { schema: 1, name: "tiny", fingerprint: fingerprint(inputs), inputs } as const;
const build = await localExecutor({ projectDirectory, settings: {} }).startOrAttach(job);
for await (const _event of build.events());
await build.fetch();
