import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { z } from "zod";
import { readCloud } from "../../core/openstack/clouds.ts";
import { authenticate, type Session } from "../../core/openstack/keystone.ts";
import type { Bench, BenchContext } from "./bench.ts";
import { ourProject, plainProject, type EngineProject } from "./engine-project.ts";
import { sampleTriple, tripleRecipe } from "./ingest.ts";
import { inPairs, milliseconds } from "./pairs.ts";
import { publishSample, type SampleFiles } from "./samples.ts";

const up = ["up", "--yes", "--skip-preview"];
const destroy = ["destroy", "--yes", "--skip-preview"];

/** Kernel, ramdisk and image with the same provider, and nothing of us: neither verified nor published. */
const plainProgram = `
import * as openstack from "@pulumi/openstack";
const image = (name, diskFormat, containerFormat, properties) => new openstack.images.Image(name, {
  name: "plain-" + name, diskFormat, containerFormat, localFilePath: name, visibility: "private", properties,
});
const kernel = image("kernel", "aki", "aki", {});
const ramdisk = image("ramdisk", "ari", "ari", {});
image("image", "qcow2", "bare", { kernel_id: kernel.id, ramdisk_id: ramdisk.id });
`;

/** From an artifact to a triple in Glance that is read back and published. */
export function publishBench(bytes: number): Bench {
  return {
    title: `from artifact to published triple, ${Math.round(bytes / 1e6)} MB`,
    pairs: 5,
    async run(context) {
      const files = await sampleTriple(join(context.scratch, "files"), bytes);
      const ours = await ourTriple(context, files);
      const plain = await plainProject(context, "plain", plainProgram);
      for (const [name, path] of Object.entries(files)) await execa("ln", [path, join(plain.directory, name)]);
      await plain.writeStack("bench", { "openstack:cloud": "local" });
      const timed = (project: EngineProject) => async (): Promise<number> => {
        const took = await project.pulumi("bench", up);
        await project.pulumi("bench", destroy);
        return took;
      };
      const figures = await inPairs(context.pairs, { ours: timed(ours), plain: timed(plain) }, (text) =>
        context.say(text),
      );
      const session = await sessionOf(context);
      const curl: number[] = [];
      for (let round = 0; round < context.pairs; round++) curl.push(await curlTriple(session, files));
      const seconds = (times: readonly number[]) => times.map((time) => time / 1000);
      const own = { what: "up", unit: "s", ours: seconds(figures.ours) };
      return {
        rows: [
          {
            ...own,
            plain: { tool: "three images.Image of the same provider", figures: seconds(figures.plain) },
            compare: "difference",
            target: 1,
          },
          { ...own, plain: { tool: "three curl -T at once", figures: seconds(curl) }, compare: "difference" },
        ],
      };
    },
  };
}

async function ourTriple(context: BenchContext, files: SampleFiles): Promise<EngineProject> {
  const project = await ourProject(context);
  await writeFile(join(project.directory, "recipes", "image.yaml"), stringify(tripleRecipe));
  await publishSample(project.directory, "image", files);
  await project.writeStack("bench", {
    "openstack:cloud": "local",
    "ironic-images:userImages": { "bench-publish": { recipe: "image", visibility: "public" } },
  });
  return project;
}

async function sessionOf(context: BenchContext): Promise<Session> {
  const places = { environment: { OS_CLIENT_CONFIG_FILE: await context.cloud() }, directories: [] };
  return authenticate(await readCloud("local", places));
}

const formats = {
  image: { disk_format: "qcow2", container_format: "bare" },
  kernel: { disk_format: "aki", container_format: "aki" },
  ramdisk: { disk_format: "ari", container_format: "ari" },
};

/** Milliseconds of the uploads alone: the records are made before, and removed behind them. */
async function curlTriple({ token, imageEndpoint }: Session, files: Required<SampleFiles>): Promise<number> {
  const headers = { "X-Auth-Token": token, "Content-Type": "application/json" };
  const uploads: { url: string; path: string }[] = [];
  for (const role of ["kernel", "ramdisk", "image"] as const) {
    const body = JSON.stringify({ name: "bench-curl", ...formats[role] });
    const made = await fetch(`${imageEndpoint}/v2/images`, { method: "POST", headers, body });
    const { id } = z.object({ id: z.string() }).parse(await made.json());
    uploads.push({ url: `${imageEndpoint}/v2/images/${id}`, path: files[role] });
  }
  try {
    return await milliseconds(() => Promise.all(uploads.map(({ url, path }) => curl(token, `${url}/file`, path))));
  } finally {
    for (const { url } of uploads) await fetch(url, { method: "DELETE", headers });
  }
}

async function curl(token: string, url: string, path: string): Promise<void> {
  const args = ["--silent", "--show-error", "--fail", "--noproxy", "*", "--upload-file", path, "--header", "@-", url];
  // By standard input: a token is in no argument.
  await execa("curl", args, { input: `X-Auth-Token: ${token}\nContent-Type: application/octet-stream\n` });
}
