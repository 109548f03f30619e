import { agentBuilderElements, AGENT_BUILDER_VERSION, BUILDER_VERSION } from "./builder.ts";
import { deploySources } from "./deploy-command.ts";
import type { DeployBuildContent, PinnedSource, TlsContent } from "./deploy-content.ts";
import { deployDefaults, type DeployBuildFile } from "./deploy-schema.ts";
import { archiveLocation, resolveSource } from "./deploy-sources.ts";
import { elementFindings, linkedElementMessage } from "./element-findings.ts";
import { isLinkedElement, isProjectElement, ramdiskElements } from "./elements.ts";
import { didYouMean, type Path, type Problem } from "./problems.ts";
import { projectFile } from "./project-file.ts";
import { resolveSecrets, secretProblems } from "./secrets.ts";
import { quoted, shownName } from "./text.ts";

/** `build` of one architecture, checked. Paths of problems start inside it. */
export interface CheckedBuild {
  /** Absent if there is a mistake. */
  readonly content?: DeployBuildContent;
  readonly locations: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

// Elements that follow from a field, or that only user images have.
const fieldOfElement: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "ironic-python-agent-ramdisk": "is in every deploy ramdisk: leave it out",
    "ironic-python-agent-tls": "follows from tls: say that, and leave it out here",
    "dynamic-login": "follows from dynamicLogin: say that, and leave it out here",
    baremetal: "is for user images: leave it out",
    vm: "is for user images: leave it out",
  }),
);

/** Collects what the checks find. */
class Findings {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly locations: Record<string, string> = {};

  problem(path: Path, message: string): void {
    this.problems.push({ path, message });
  }
}

/** Checks and resolves `build`: what the schema of one field cannot see. Takes the fields that are right. */
export function checkDeployBuild(
  architecture: DeployBuildContent["architecture"],
  fields: Partial<DeployBuildFile>,
  projectDirectory: string,
): CheckedBuild {
  const findings = new Findings();
  const sources = checkSources(fields, projectDirectory, findings);
  const wheels = checkWheels(fields.wheels, projectDirectory, findings);
  const tls = checkTls(fields.tls, projectDirectory, findings);
  const trustedCa = checkFile(["trustedCa"], fields.trustedCa, projectDirectory, findings);
  checkElements(fields, projectDirectory, findings);
  findings.problems.push(...secretProblems(fields));
  const { problems, warnings, locations } = findings;
  const { distribution, release } = fields;
  if (problems.length > 0 || distribution === undefined || release === undefined || sources === undefined)
    return { problems, warnings, locations };
  const content: DeployBuildContent = {
    kind: "deploy-build",
    distribution,
    release,
    architecture,
    elements: fields.elements ?? deployDefaults.elements,
    packages: fields.packages ?? deployDefaults.packages,
    ...sources,
    ...(wheels === undefined ? {} : { wheels }),
    ...(tls === undefined ? {} : { tls }),
    ...(trustedCa === undefined ? {} : { trustedCa }),
    compression: fields.compression ?? deployDefaults.compression,
    dynamicLogin: fields.dynamicLogin ?? deployDefaults.dynamicLogin,
    ...(fields.deferInitramfs === false ? { deferInitramfs: false } : {}),
    environment: fields.environment ?? {},
    ...resolveSecrets(fields),
    ...(fields.revision === undefined ? {} : { revision: fields.revision }),
  };
  return { content, problems, warnings, locations };
}

// Branches of OpenStack's repositories; a tag or a commit looks otherwise.
const looksLikeBranch = /^(master|main|(stable|unmaintained|bugfix)\/.+)$/;

const movesMessage = (branch: string) =>
  `${branch} moves, so the same configuration can give another ramdisk: pin agent and requirements to tags, commits or archives, or change revision to build anew`;

type Sources = Record<(typeof deploySources)[number], PinnedSource>;

function checkSources(
  fields: Partial<DeployBuildFile>,
  projectDirectory: string,
  findings: Findings,
): Sources | undefined {
  const { branch } = fields;
  const found: Partial<Sources> = {};
  for (const source of deploySources) {
    const given = fields[source];
    if (given === undefined) {
      const unpinned = withoutSource(source, branch, findings);
      if (unpinned !== undefined) found[source] = unpinned;
      continue;
    }
    const { pinned, location, problems } = resolveSource(source, given, projectDirectory);
    findings.problems.push(...problems.map(({ path, message }) => ({ path: [source, ...path], message })));
    if (given.ref !== undefined && looksLikeBranch.test(given.ref))
      findings.warnings.push({ path: [source, "ref"], message: movesMessage(given.ref) });
    if (location !== undefined) findings.locations[location[0]] = location[1];
    if (pinned !== undefined) found[source] = pinned;
  }
  const beside = (["agent", "requirements"] as const).filter((source) => fields[source] !== undefined);
  if (branch !== undefined && beside.length > 0)
    findings.problem(
      ["branch"],
      `branch and ${beside.join(", ")} contradict each other: leave the one or the other out`,
    );
  if (branch !== undefined) {
    findings.warnings.push({
      path: ["branch"],
      message: movesMessage(branch),
    });
  }
  const { agent, requirements, simpleInit } = found;
  return agent && requirements && simpleInit ? { agent, requirements, simpleInit } : undefined;
}

function withoutSource(
  source: (typeof deploySources)[number],
  branch: string | undefined,
  findings: Findings,
): PinnedSource | undefined {
  if (source === "simpleInit") {
    findings.warnings.push({
      path: ["simpleInit"],
      message: "is not given, so the build takes today's glean: give ref, archive or version to pin it",
    });
    return { unpinned: true };
  }
  if (branch !== undefined) return { gitRef: branch };
  findings.problem([source], "is required, unless branch is given: the builder would take today's master");
  return undefined;
}

function checkWheels(given: DeployBuildFile["wheels"], projectDirectory: string, findings: Findings) {
  if (given === undefined) return undefined;
  const archive = archiveLocation(given.archive, projectDirectory);
  if ("problem" in archive) {
    findings.problem(["wheels", "archive"], archive.problem);
    return undefined;
  }
  findings.locations[given.sha256] = archive.location;
  return { sha256: given.sha256 };
}

function checkTls(given: DeployBuildFile["tls"], projectDirectory: string, findings: Findings): TlsContent | undefined {
  if (given === undefined) return undefined;
  const { selfSigned } = given;
  const file = (name: "certificate" | "key" | "clientCa") =>
    checkFile(["tls", name], given[name], projectDirectory, findings);
  const [certificate, key, clientCa] = [file("certificate"), file("key"), file("clientCa")];
  const ca = clientCa === undefined ? {} : { clientCa };
  const hasPair = given.certificate !== undefined || given.key !== undefined;
  if (selfSigned === undefined) {
    for (const name of ["certificate", "key"] as const)
      if (given[name] === undefined)
        findings.problem(["tls", name], "is required: give certificate and key, or selfSigned");
    return certificate === undefined || key === undefined ? undefined : { certificate, key, ...ca };
  }
  if (hasPair) findings.problem(["tls"], "has selfSigned and a certificate or key: give one of them");
  return { selfSigned: { hostname: selfSigned.hostname, days: selfSigned.days ?? deployDefaults.tlsDays }, ...ca };
}

/** The digest of a file of the project, whose place is noted. */
function checkFile(
  path: Path,
  given: string | undefined,
  projectDirectory: string,
  findings: Findings,
): string | undefined {
  if (given === undefined) return undefined;
  const file = projectFile(projectDirectory, given);
  if ("problem" in file) {
    findings.problem(path, file.problem);
    return undefined;
  }
  findings.locations[file.sha256] = file.path;
  return file.sha256;
}

function checkElements(fields: Partial<DeployBuildFile>, projectDirectory: string, findings: Findings): void {
  const elements: readonly string[] = fields.elements ?? deployDefaults.elements;
  const { distribution } = fields;
  const where = (name: string): Path => {
    if (elements.includes(name)) return ["elements", elements.indexOf(name)];
    return name === distribution ? ["distribution"] : ["elements"];
  };
  for (const [index, name] of elements.entries()) {
    const message = isProjectElement(projectDirectory, name) ? undefined : fieldOfElement.get(name);
    if (message !== undefined) findings.problem(["elements", index], `${name} ${message}`);
    else if (elements.indexOf(name) < index)
      findings.problem(["elements", index], `${name} stands here twice: leave one out`);
  }
  const graph = ramdiskElements(projectDirectory, {
    // Without a distribution the other elements are still looked up.
    distribution: distribution ?? "base",
    elements: elements.filter((name) => fieldOfElement.get(name) === undefined),
    dynamicLogin: false,
  });
  const place = `neither in elements/ nor in diskimage-builder ${BUILDER_VERSION} nor in ironic-python-agent-builder ${AGENT_BUILDER_VERSION}`;
  for (const { name, neededBy } of graph.missing) {
    if (isLinkedElement(projectDirectory, name)) findings.problem(where(neededBy ?? name), linkedElementMessage(name));
    else if (neededBy === undefined)
      findings.problem(
        where(name),
        `unknown element ${name}: ${place}${didYouMean(name, agentBuilderElements.keys())}`,
      );
    else findings.problem(where(neededBy), `element ${neededBy} needs ${quoted(name)}, which is ${place}`);
  }
  for (const { provides, by } of graph.clashes)
    findings.problem(
      where(by.find((name) => elements.includes(name)) ?? ""),
      `${by.join(" and ")} both provide ${shownName(provides)}: leave one out`,
    );
  const graphFindings = elementFindings(graph, projectDirectory, agentBuilderElements, where);
  findings.problems.push(...graphFindings.problems);
  findings.warnings.push(...graphFindings.warnings);
  if (distribution !== undefined && !graph.hasOperatingSystem && graph.missing.length === 0)
    findings.problem(
      ["distribution"],
      `${distribution} is no operating system: name an element that provides one, e.g. debian-minimal`,
    );
}
