import { bootTestSettings } from "../boot/settings.ts";
import { bootTestProblems } from "./boot-test.ts";
import { checkDeployBuild } from "./deploy-build.ts";
import { checkDeployDownload } from "./deploy-download.ts";
import {
  architectures,
  deployBuildFields,
  deployDownloadFields,
  deployImageFields,
  type DeployImageFile,
} from "./deploy-schema.ts";
import { z } from "zod";
import type { DeployImage } from "./model.ts";
import { checkFields, didYouMean, isMapping, type Problem } from "./problems.ts";
import { checkPublication, resolvePublication } from "./publication.ts";
import { quoted } from "./text.ts";

/** `ironic-images:deployImages`, checked. Paths of problems start with `deployImages`. */
export interface CheckedDeployImages {
  readonly images: readonly DeployImage[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

// Ironic's own words for an architecture, and others that people write.
const otherNames: Readonly<Record<string, string>> = { x86_64: "amd64", x64: "amd64", aarch64: "arm64" };

const outerSchema = z.strictObject({
  ...deployImageFields,
  build: z.unknown().optional(),
  download: z.unknown().optional(),
});
const buildSchema = z.strictObject(deployBuildFields);
const downloadSchema = z.strictObject(deployDownloadFields);

/** Checks all entries, and resolves those without a mistake. */
export function checkDeployImages(raw: unknown, projectDirectory: string): CheckedDeployImages {
  if (!isMapping(raw)) {
    const message = "must be a mapping, e.g. deployImages.amd64.download.baseUrl: https://…";
    return { images: [], problems: [{ path: ["deployImages"], message }], warnings: [] };
  }
  const several = Object.keys(raw).length > 1;
  const all = Object.entries(raw).map(([key, entry]) => {
    const checked = checkEntry(key, entry, several, projectDirectory);
    const at = ({ path, message }: Problem): Problem => ({ path: ["deployImages", key, ...path], message });
    return { ...checked, problems: checked.problems.map(at), warnings: checked.warnings.map(at) };
  });
  const images = all.flatMap(({ image }) => (image === undefined ? [] : [image]));
  return {
    images,
    problems: [...all.flatMap(({ problems }) => problems), ...sharedPins(images)],
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

/** One file is no kernel of two architectures. */
function sharedPins(images: readonly DeployImage[]): Problem[] {
  const owners = new Map<string, string>();
  return images
    .filter(({ content }) => content.kind === "deploy-download")
    .flatMap(({ architecture, locations }) =>
      Object.keys(locations).flatMap((pin) => {
        const owner = owners.get(pin);
        owners.set(pin, architecture);
        const message = `pins a file that deployImages.${owner} pins too: each architecture has files of its own`;
        return owner === undefined ? [] : [{ path: ["deployImages", architecture, "download"], message }];
      }),
    );
}

interface CheckedEntry {
  readonly image?: DeployImage;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

function checkEntry(key: string, raw: unknown, several: boolean, projectDirectory: string): CheckedEntry {
  const architecture = architectures.find((name) => name === key);
  if (architecture === undefined) {
    const meant = Object.hasOwn(otherNames, key) ? otherNames[key] : undefined;
    const hint = meant === undefined ? didYouMean(key, architectures) : `, did you mean ${meant}?`;
    const message = `unknown architecture ${quoted(key)}${hint || `, known are ${architectures.join(", ")}`}`;
    return { problems: [{ path: [], message }], warnings: [] };
  }
  const outer = checkFields(outerSchema, raw);
  const fields = outer.fields as Partial<DeployImageFile>;
  if (!isMapping(raw)) return { problems: outer.problems, warnings: [] };
  const sources = (["build", "download"] as const).filter((source) => raw[source] !== undefined);
  const [source] = sources;
  if (sources.length !== 1 || source === undefined) {
    const message = sources.length === 0 ? "give build or download" : "has build and download: give one of them";
    return { problems: [...outer.problems, { path: [], message }], warnings: [] };
  }
  const { content, locations, problems, warnings, download } = checkSource(
    source,
    raw[source],
    architecture,
    projectDirectory,
  );
  const inSource = ({ path, message }: Problem): Problem => ({ path: [source, ...path], message });
  const publication = checkPublication(fields, true);
  const all = [
    ...outer.problems,
    ...bootTestProblems(fields.bootTest, { architecture, kind: `deploy-${source}` }),
    ...publication.problems,
    ...problems.map(inSource),
  ];
  const warned = [...publication.warnings, ...warnings.map(inSource)];
  if (all.length > 0 || content === undefined) return { problems: all, warnings: warned };
  const suffix = several ? `-${architecture}` : "";
  const image: DeployImage = {
    architecture,
    key: `deploy-${architecture}`,
    kernelName: fields.kernelName ?? `deploy-vmlinuz${suffix}`,
    ramdiskName: fields.ramdiskName ?? `deploy-initrd${suffix}`,
    content,
    locations,
    ...(download === undefined ? {} : { download }),
    visibility: fields.visibility ?? "private",
    ...resolvePublication(fields),
    keepPrevious: fields.keepPrevious ?? true,
    ...(fields.minimumNodeMemoryMiB === undefined ? {} : { minimumNodeMemoryMiB: fields.minimumNodeMemoryMiB }),
    ...(fields.bootTest === undefined ? {} : { bootTest: bootTestSettings(fields.bootTest, content.kind) }),
    properties: fields.properties ?? {},
  };
  return { image, problems: all, warnings: warned };
}

type CheckedSource = Pick<DeployImage, "locations" | "download"> &
  Partial<Pick<DeployImage, "content">> & {
    readonly problems: readonly Problem[];
    readonly warnings: readonly Problem[];
  };

function checkSource(
  source: "build" | "download",
  raw: unknown,
  architecture: DeployImage["architecture"],
  projectDirectory: string,
): CheckedSource {
  if (source === "build") {
    const shape = checkFields(buildSchema, raw);
    const { content, ...rest } = checkDeployBuild(architecture, shape.fields, projectDirectory);
    const problems = [...shape.problems, ...withoutTwins(rest.problems, shape.problems)];
    return { ...rest, problems, ...(content === undefined ? {} : { content }) };
  }
  const shape = checkFields(downloadSchema, raw);
  const { content, source: download, ...rest } = checkDeployDownload(architecture, shape.fields);
  return {
    ...rest,
    problems: [...shape.problems, ...withoutTwins(rest.problems, shape.problems)],
    warnings: [],
    ...(content === undefined ? {} : { content }),
    ...(download === undefined ? {} : { download }),
  };
}

// A field that is wrong is not there for the checks behind: that it is missing is no second mistake.
function withoutTwins(problems: readonly Problem[], shape: readonly Problem[]): Problem[] {
  const wrong = new Set(shape.map(({ path }) => path[0]));
  return problems.filter(({ path }) => (path[0] === undefined ? wrong.size === 0 : !wrong.has(path[0])));
}
