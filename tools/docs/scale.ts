import { imageBytes } from "../bench/benches.ts";
import type { BenchResults } from "../bench/results-file.ts";
import type { Row } from "../bench/result.ts";
import { shortNumber } from "../bench/figures.ts";
import { median } from "../bench/statistics.ts";
import { markdownTable } from "./performance.ts";

/** What the figures of docs/performance.json say of one image on one host; undefined where a measurement is missing. */
export interface HostFigures {
  /** Seconds of a build. */
  readonly cold: number | undefined;
  readonly warm: number | undefined;
  /** MiB. */
  readonly buildSpace: number | undefined;
  readonly artifact: number | undefined;
  /** Seconds from artifact to published triple. */
  readonly publish: number | undefined;
  /** MB a second that Glance takes of three curl at once. */
  readonly uploadRate: number | undefined;
  /** Milliseconds of an `up` with nothing to do, and what each image adds to a preview. */
  readonly up: number | undefined;
  readonly perImage: number | undefined;
  /** MiB of program and provider, with one image and with fifty. */
  readonly memory: { readonly one: number | undefined; readonly fifty: number | undefined };
}

/** Picks them out of the results. */
export function hostFigures(results: BenchResults): HostFigures {
  const row = (name: string, what: RegExp): Row | undefined => results[name]?.rows.find((each) => what.test(each.what));
  const of = (name: string, what: RegExp): number | undefined => {
    const found = row(name, what);
    return found === undefined ? undefined : median(found.ours);
  };
  return {
    cold: of("cold", /^build$/),
    warm: of("warm", /^build$/),
    buildSpace: of("cold", /^disk/),
    artifact: of("cold", /^artifact$/),
    publish: of("publish", /^up$/),
    up: of("up", /^up$/),
    perImage: of("preview", /^200 images/),
    uploadRate: uploadRate(results),
    memory: { one: of("memory", /^1 image$/), fifty: of("memory", /^50 images$/) },
  };
}

function uploadRate(results: BenchResults): number | undefined {
  const curl = results["publish"]?.rows.find(({ plain }) => plain?.tool.includes("curl"))?.plain?.figures;
  return curl === undefined ? undefined : imageBytes / 1e6 / median(curl);
}

/** `docs/scale.md`. */
export function scale(results: BenchResults): string {
  const figures = hostFigures(results);
  const sections = [
    "<!-- Made by `npm run bench` from docs/performance.json and tools/docs. Do not edit. -->",
    "# How far one host goes",
    "The figures are those of [performance.md](performance.md), of a Debian partition image on the machine named there; what is computed from them is arithmetic, not a measurement. A dash: not measured yet.",
    "## In an hour",
    hourTable(figures),
    "A slot is one build at a time. There is one per two processors unless `ironic-images:build: {slots: N}` says otherwise, for all projects of a user together. Package installation is one thread, so a second slot on two processors gains what one build leaves idle, and no more.",
    "## What stops it first",
    [
      "1. **Slots.** A build computes; the other parts wait or copy. Twice the processors are twice the images an hour, up to the disk.",
      `2. **Disk.** A running build takes ${of(figures.buildSpace, "MiB")}, its artifact ${of(figures.artifact, "MiB")}. Builds refuse to start when the last one of the recipe would not fit. Artifacts stay until \`npm run store -- gc\` finds that no stack needs them: one image rolled every week for a year is 52 of them.`,
      `3. **Upload.** The link to Glance, and there one worker that computes md5 and sha512 of each upload on one processor: ${of(figures.uploadRate, "MB/s")} on loopback with nothing between. Uploads do not hold a slot: they run while the next image is built. A kernel, a ramdisk and an image wait for ten seconds each in the provider, kernel and ramdisk at the same time.`,
      `4. **Memory**, last: program and provider take ${of(figures.memory.one, "MiB")} together while one image is built, and ${of(figures.memory.fifty, "MiB")} with fifty; each running build has a process of its own beside its hooks.`,
    ].join("\n"),
    "## Clouds and images",
    "A recipe is built once, whoever wants it: stacks of one clone share the store, so N clouds × M images are M builds and N × M uploads. Each cloud is a stack, and each `up` is one run of Pulumi: they may run at the same time, and a preview asks the cloud for everything at once.",
    cloudTable(figures),
    "The columns: M builds one after the other in one slot; N × M uploads' bytes; one `up` of a cloud whose images are all there. State holds digests and paths, and no content.",
    "## What moves to a cluster",
    seam,
  ];
  return `${sections.join("\n\n")}\n`;
}

const seam = `The build job, and nothing else. \`core/build/executor.ts\` has four calls: \`startOrAttach\`, and of the build that it returns \`events\`, \`cancel\` and \`fetch\`. The local executor starts a process on this machine. A job is \`job.json\` with a directory of elements beside it, and holds no absolute path and no fact of a host. Another executor needs:

- **A worker** with root in a mount and PID namespace, loop devices, and the tools that \`npm start\` checks for: on Kubernetes a privileged pod, or a virtual machine per build. Slots are then the scheduler's, and its requests are the figures above.
- **The job's directory in, the artifact's out.** An object store does: names are digests, an artifact is a directory with its record, and \`fetch\` verifies every digest as \`npm run store -- import\` does.
- **One build per fingerprint.** Here a lock on a file; there a lease with an owner, such as a Kubernetes Lease, or a conditional write in the object store. Two builds of one fingerprint are waste, and no fault: the first artifact that is published wins.
- **Cancellation and a lease.** A job ends when nobody waits for it. Here it looks at processes; there the waiter renews, and by the worker's clock alone.
- **Secrets** by the scheduler's own means to the job's standard input, as now: never in \`job.json\`.

Registration stays with Pulumi: one stack per cloud, wherever its \`up\` runs. What nothing here spreads out is one \`up\` of one stack: its previews grow with its images, and it uploads from one machine. Who has thousands of images in one cloud divides them among stacks.`;

function hourTable({ cold, warm, publish }: HostFigures): string {
  const perHour = (seconds: number | undefined, slots: number): string =>
    seconds === undefined ? "–" : String(Math.floor((3600 / seconds) * slots));
  const row = (what: string, seconds: number | undefined) => [
    what,
    of(seconds, "s"),
    ...[1, 2, 4].map((slots) => perHour(seconds, slots)),
  ];
  return markdownTable([
    ["", "one takes", "1 slot, 2 processors", "2 slots, 4 processors", "4 slots, 8 processors"],
    row("builds, nothing cached", cold),
    row("builds, one element changed", warm),
    row("published triples, beside the builds, one at a time", publish),
  ]);
}

function cloudTable({ warm, artifact, up, perImage }: HostFigures): string {
  const rows = [
    [1, 5],
    [5, 20],
    [20, 20],
    [20, 100],
  ].map(([clouds = 0, images = 0]) => [
    String(clouds),
    String(images),
    warm === undefined ? "–" : minutes(images * warm),
    artifact === undefined ? "–" : `${shortNumber((clouds * images * artifact) / 1024)} GiB`,
    up === undefined || perImage === undefined ? "–" : `${shortNumber((up + images * Math.max(0, perImage)) / 1000)} s`,
  ]);
  return markdownTable([["clouds", "images", "builds", "uploaded", "`up`, nothing changed"], ...rows]);
}

function minutes(seconds: number): string {
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function of(value: number | undefined, unit: string): string {
  return value === undefined ? "–" : `${shortNumber(value)} ${unit}`;
}
