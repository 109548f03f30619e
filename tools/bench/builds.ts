import { join } from "node:path";
import { artifactsDirectory } from "../../core/artifacts/names.ts";
import type { BuildSettings } from "../../core/build/settings.ts";
import { diskImageCreateCommand, diskImageCreateEnvironment, requestedElements } from "../../core/recipe/command.ts";
import type { RecipeContent } from "../../core/recipe/content.ts";
import { loadRecipe } from "../../core/recipe/load.ts";
import { removeTree } from "../clean/remove-tree.ts";
import type { Bench, BenchContext } from "./bench.ts";
import { changedElement, makeBuildProject, ourBuild, type BuildProject, type OurBuildRun } from "./build-project.ts";
import { inPairs } from "./pairs.ts";
import { plainBuild, type BuildRun } from "./plain-build.ts";
import type { Row, Stages } from "./result.ts";
import { stageTimes } from "./stage-times.ts";

/** A build in both ways. */
interface BuildBench {
  readonly title: string;
  readonly recipe: string;
  /** Caches are of a build before, and an element is another; otherwise nothing is cached. */
  readonly warm?: boolean;
  /** Keys of the recipe that are other than its own. */
  readonly overlay?: Readonly<Record<string, unknown>>;
  readonly settings?: BuildSettings;
  /** Arguments: those of Ironic's documentation, or the very same as in our job. */
  readonly plain: "as documented" | "as ours";
  readonly compare: Pick<Row, "compare" | "target">;
}

/** Builds in pairs, each with a cache of its own. */
export function buildBench(bench: BuildBench): Bench {
  return {
    title: bench.title,
    pairs: 1,
    async run(context) {
      const both = await bothWays(bench, context);
      if (bench.warm === true) {
        context.say("filling the caches");
        await both.ours();
        await both.plain();
      }
      const last: { ours?: OurBuildRun; plain?: BuildRun } = {};
      const pair = {
        ours: async () => (last.ours = await both.ours()).seconds,
        plain: async () => (last.plain = await both.plain()).seconds,
      };
      const { ours, plain } = await inPairs(context.pairs, pair, (text) => context.say(text));
      const figures = { what: "build", unit: "s", ours, plain: { tool: both.plainTool, figures: plain } };
      return {
        rows: [{ ...figures, ...bench.compare }, ...spaceRows(last.ours)],
        stages: { plain: stagesOf(last.plain, "other hooks"), ours: stagesOf(last.ours, "inspect and publish") },
      };
    },
  };
}

/** What a host needs room for. */
function spaceRows(run: OurBuildRun | undefined): Row[] {
  const row = (what: string, bytes: number | undefined): Row[] =>
    bytes === undefined ? [] : [{ what, unit: "MiB", ours: [Math.round(bytes / 2 ** 20)], compare: "value" }];
  return [...row("disk while it builds", run?.space), ...row("artifact", run?.artifact)];
}

interface BothWays {
  readonly plainTool: string;
  ours(): Promise<OurBuildRun>;
  plain(): Promise<BuildRun>;
}

async function bothWays(bench: BuildBench, context: BenchContext): Promise<BothWays> {
  const { recipe, warm = false, overlay = {}, settings = {}, plain } = bench;
  const { scratch, signal } = context;
  const bin = await context.builder();
  const { content: own } = loadRecipe(context.project, recipe);
  const elements = warm ? { elements: [...own.elements, changedElement] } : {};
  const project = await makeBuildProject(context.project, recipe, join(scratch, "project"), {
    ...overlay,
    ...elements,
  });
  const { content } = loadRecipe(project.directory, recipe);
  const caches = { ours: join(scratch, "cache"), plain: join(scratch, "plain-cache") };
  const plainCommand = plain === "as ours" ? diskImageCreateCommand(content) : documentedCommand(content);
  let builds = 0;
  return {
    plainTool: plainCommand.join(" "),
    async ours() {
      await prepare(project, caches.ours, warm, builds++);
      return ourBuild({ project, cache: caches.ours, bin, settings, signal });
    },
    async plain() {
      await prepare(project, caches.plain, warm, builds++);
      return plainBuild({
        directory: join(scratch, "plain-build"),
        cache: caches.plain,
        command: plainCommand,
        distribution: content.distribution,
        environment: diskImageCreateEnvironment(content),
        elements: join(project.directory, "elements"),
        bin,
        signal,
      });
    },
  };
}

/**
 * As in Ironic's "Create and add images to the Image service": elements, and an output. On a disk, as ours: in a tmpfs, which diskimage-builder
 * takes by itself where there is much memory, a disk cannot be trimmed on every kernel, and it stops at that.
 */
export function documentedCommand(content: RecipeContent): string[] {
  return ["disk-image-create", ...requestedElements(content), ...["-a", content.architecture], "--no-tmpfs"];
}

/** A cold build has no cache, and no artifact of before; a warm one has both, and another element. */
async function prepare(project: BuildProject, cache: string, warm: boolean, build: number): Promise<void> {
  if (warm) return project.change(`build ${build}`);
  await removeTree(cache);
  await removeTree(join(project.directory, artifactsDirectory));
}

function stagesOf(run: BuildRun | undefined, rest: "other hooks" | "inspect and publish"): Stages {
  return run === undefined ? [] : stageTimes(run.log, run.seconds, rest);
}
