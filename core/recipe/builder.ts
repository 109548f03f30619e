import { readFileSync } from "node:fs";

/** What `element-deps` and `element-provides` of an element say, and the files that no other element may have too, e.g. `install.d/50-x`. */
export interface ElementFacts {
  readonly deps: readonly string[];
  readonly provides: readonly string[];
  readonly hooks: readonly string[];
}

interface BuilderData {
  readonly "diskimage-builder": string;
  readonly elements: Readonly<Record<string, ElementFacts>>;
}

// Shipped as data, so that a machine that only previews needs no builder.
const data = JSON.parse(readFileSync(new URL("./builder-elements.json", import.meta.url), "utf8")) as BuilderData;

/** The version of diskimage-builder that builds every image: the one place that pins it. */
export const BUILDER_VERSION = data["diskimage-builder"];

/** The elements that {@link BUILDER_VERSION} brings itself, by name. */
export const builderElements: ReadonlyMap<string, ElementFacts> = new Map(Object.entries(data.elements));

/** Distributions of the builder that start from `DIB_LOCAL_IMAGE`; the others would ignore a base image without a word. */
export const distributionsFromBaseImage: ReadonlySet<string> = new Set(["centos", "fedora", "rhel", "ubuntu"]);

interface AgentBuilderData {
  readonly "ironic-python-agent-builder": string;
  readonly elements: Readonly<Record<string, ElementFacts>>;
}

const agentData = JSON.parse(
  readFileSync(new URL("./agent-builder-elements.json", import.meta.url), "utf8"),
) as AgentBuilderData;

/** The version of ironic-python-agent-builder that builds every deploy ramdisk: the one place that pins it. */
export const AGENT_BUILDER_VERSION = agentData["ironic-python-agent-builder"];

/** What a deploy ramdisk can be made of: the elements of diskimage-builder and those of {@link AGENT_BUILDER_VERSION}. */
export const agentBuilderElements: ReadonlyMap<string, ElementFacts> = new Map([
  ...builderElements,
  ...Object.entries(agentData.elements),
]);
