import { builderElements, distributionsFromBaseImage, BUILDER_VERSION } from "./builder.ts";
import { elementFindings, linkedElementMessage } from "./element-findings.ts";
import { imageElements, isLinkedElement, isProjectElement } from "./elements.ts";
import { didYouMean, type Problem } from "./problems.ts";
import { defaults, type RecipeFile } from "./schema.ts";
import { secretProblems } from "./secrets.ts";
import { quoted, shownName } from "./text.ts";

/** What the checks of a recipe say. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

// Elements that follow from a field, and that field.
const fieldOfElement: readonly (readonly [RegExp, string])[] = [
  [/^baremetal$/, "kind: partition"],
  [/^vm$/, "kind: whole-disk"],
  [/^grub2$/, "bootloader: grub2"],
  [/^block-device-efi$/, "firmware: uefi"],
  [/^block-device-/, "firmware: uefi or bios"],
];

/** What the schema of one field cannot see. Takes the fields that are right, so that it finds what it can beside other mistakes. */
export function checkRecipe(fields: Partial<RecipeFile>, projectDirectory: string): Findings {
  const findings: Findings = { problems: [], warnings: [] };
  checkKind(fields, findings);
  checkFormat(fields, findings);
  checkElements(fields, projectDirectory, findings);
  checkBaseImage(fields, projectDirectory, findings);
  findings.problems.push(...secretProblems(fields));
  if (fields.sources !== undefined && fields.sources.mirror === undefined && fields.sources.security === undefined) {
    findings.problems.push({
      path: ["sources"],
      message: "is empty: give mirror, security or both, or leave the key out",
    });
  }
  return findings;
}

function checkKind(
  { kind, bootloader, firmware, architecture }: Partial<RecipeFile>,
  { problems, warnings }: Findings,
): void {
  if (kind === "whole-disk" && bootloader !== undefined) {
    problems.push({
      path: ["bootloader"],
      message: "is for partition images: a whole-disk image always has GRUB, leave the key out",
    });
  }
  if (kind === "whole-disk" && firmware === undefined) {
    problems.push({
      path: ["firmware"],
      message: "is required for a whole-disk image: uefi, Ironic's default, or bios",
    });
  }
  if (kind === "partition" && firmware !== undefined) {
    problems.push({
      path: ["firmware"],
      message:
        "is for whole-disk images: Ironic installs the boot loader of a partition image for the node's firmware, leave the key out",
    });
  }
  if (kind === "whole-disk" && firmware === "bios" && architecture === "arm64") {
    problems.push({ path: ["firmware"], message: "arm64 has no BIOS: say uefi" });
  }
  if (kind === "partition" && bootloader === "none") {
    warnings.push({
      path: ["bootloader"],
      message:
        "none: Ironic no longer boots instances over the network, so a node with this image does not start from its disk",
    });
  }
}

function checkFormat({ diskFormat, compression }: Partial<RecipeFile>, { problems }: Findings): void {
  if (diskFormat === "raw" && compression !== undefined) {
    problems.push({
      path: ["compression"],
      message: "a raw image is not compressed: leave the key out, or say diskFormat: qcow2",
    });
  }
}

function checkElements(fields: Partial<RecipeFile>, projectDirectory: string, { problems, warnings }: Findings): void {
  const elements: readonly string[] = fields.elements ?? defaults.elements;
  const where = (name: string) => {
    if (elements.includes(name)) return ["elements", elements.indexOf(name)];
    // What another element brings in has no place of its own.
    return name === fields.distribution ? ["distribution"] : ["elements"];
  };
  const byField = elements.filter(
    (name) => fieldOfElement.some(([pattern]) => pattern.test(name)) && !isProjectElement(projectDirectory, name),
  );
  for (const name of byField) {
    const field = fieldOfElement.find(([pattern]) => pattern.test(name))?.[1];
    problems.push({ path: where(name), message: `${name} follows from ${field}: say that, and leave it out here` });
  }
  const repeated = elements.findIndex((name, index) => elements.indexOf(name) < index);
  if (repeated !== -1)
    problems.push({ path: ["elements", repeated], message: `${elements[repeated]} stands here twice: leave one out` });
  const { kind, distribution, firmware, bootloader } = fields;
  const graph = imageElements(projectDirectory, {
    kind: kind ?? "whole-disk",
    // Without a distribution the other elements are still looked up.
    distribution: distribution ?? "base",
    elements: elements.filter((name) => !byField.includes(name)),
    firmware: firmware ?? "uefi",
    bootloader: bootloader ?? "grub2",
  });
  for (const { name, neededBy } of graph.missing)
    problems.push(missingElement(name, neededBy, where, fields, isLinkedElement(projectDirectory, name)));
  for (const { provides, by } of graph.clashes) problems.push(clash(provides, by, elements, distribution));
  const graphFindings = elementFindings(graph, projectDirectory, builderElements, where);
  problems.push(...graphFindings.problems);
  warnings.push(...graphFindings.warnings);
  if (distribution !== undefined && !graph.hasOperatingSystem && graph.missing.length === 0) {
    problems.push({
      path: ["distribution"],
      message: `${distribution} is no operating system: name an element that provides one, e.g. debian-minimal`,
    });
  }
}

function missingElement(
  name: string,
  neededBy: string | undefined,
  where: (name: string) => (string | number)[],
  { kind }: Partial<RecipeFile>,
  isLink: boolean,
): Problem {
  if (isLink) return { path: where(neededBy ?? name), message: linkedElementMessage(name) };
  const place = `neither in elements/ nor in diskimage-builder ${BUILDER_VERSION}`;
  if (neededBy === undefined)
    return {
      path: where(name),
      message: `unknown element ${name}: ${place}${didYouMean(name, builderElements.keys())}`,
    };
  if (name === "block-device" && kind === "partition") {
    return {
      path: where(neededBy),
      message: `${neededBy} needs a partitioned disk, which a partition image does not have: say kind: whole-disk, or leave it out`,
    };
  }
  return { path: where(neededBy), message: `element ${neededBy} needs ${quoted(name)}, which is ${place}` };
}

function clash(
  provides: string,
  by: readonly string[],
  elements: readonly string[],
  distribution: string | undefined,
): Problem {
  const listed = by.map((name) => elements.indexOf(name)).find((index) => index !== -1);
  const path = listed === undefined ? ["distribution"] : ["elements", listed];
  if (provides === "operating-system" && listed !== undefined) {
    return {
      path,
      message: `${elements[listed]} is a distribution of its own, and this image has ${distribution ?? "one"} already: leave one out`,
    };
  }
  return { path, message: `${by.join(" and ")} both provide ${shownName(provides)}: leave one out` };
}

function checkBaseImage(
  { baseImage, distribution, elements, kind, ...rest }: Partial<RecipeFile>,
  projectDirectory: string,
  findings: Findings,
): void {
  if (baseImage === undefined) {
    if (distribution === "fedora") {
      findings.warnings.push({
        path: ["baseImage"],
        message:
          "the element fedora looks for file names that Fedora no longer uses: give the url of a Cloud Base image",
      });
    }
    return;
  }
  const { sha256, unpinned } = baseImage;
  if (sha256 === undefined && unpinned === undefined) {
    findings.problems.push({
      path: ["baseImage"],
      message: "is not pinned: give its sha256, or say unpinned: true if it may change unseen",
    });
  }
  if (sha256 !== undefined && unpinned !== undefined) {
    findings.problems.push({ path: ["baseImage", "unpinned"], message: "contradicts sha256: leave one of them out" });
  }
  if (unpinned !== undefined) {
    findings.warnings.push({
      path: ["baseImage", "unpinned"],
      message: "the file at this address may change without a change here: pin it by sha256 for production",
    });
  }
  if (
    distribution === undefined ||
    isProjectElement(projectDirectory, distribution) ||
    !builderElements.has(distribution)
  )
    return;
  const choice = {
    kind: kind ?? "partition",
    distribution,
    elements: elements ?? defaults.elements,
    firmware: rest.firmware ?? "uefi",
  } as const;
  if (!imageElements(projectDirectory, choice).names.some((name) => distributionsFromBaseImage.has(name))) {
    findings.problems.push({
      path: ["baseImage"],
      message: `the element ${distribution} starts from packages and would ignore it: leave the key out, or say e.g. distribution: ubuntu`,
    });
  }
}
