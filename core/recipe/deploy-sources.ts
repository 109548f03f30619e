import type { PinnedSource } from "./deploy-content.ts";
import type { DeploySource } from "./deploy-command.ts";
import type { DeployBuildFile } from "./deploy-schema.ts";
import type { Problem } from "./problems.ts";
import { insideProject, projectFile } from "./project-file.ts";
import { downloadUrl, isAddress, projectPath, quoted, textProblem } from "./text.ts";

/** Names on the Python index of the sources that can come from it. */
const indexNames: Readonly<Partial<Record<DeploySource, string>>> = {
  agent: "ironic-python-agent",
  simpleInit: "glean",
};

type SourceFile = NonNullable<DeployBuildFile["agent"]> & NonNullable<DeployBuildFile["requirements"]>;

/** One source as it goes into the content, and where its bytes are if it has a digest. */
export interface ResolvedSource {
  readonly pinned?: PinnedSource;
  readonly location?: readonly [sha256: string, location: string];
  readonly problems: readonly Problem[];
}

/** Checks and resolves `agent`, `requirements` or `simpleInit`. Paths of problems start inside the source. */
export function resolveSource(
  source: DeploySource,
  given: Partial<SourceFile>,
  projectDirectory: string,
): ResolvedSource {
  const forms = (["ref", "archive", "version", "file"] as const).filter((form) => given[form] !== undefined);
  const [form] = forms;
  if (forms.length !== 1 || form === undefined) {
    const possible = source === "requirements" ? "ref, archive or file" : "ref, archive or version";
    const message = forms.length === 0 ? `give ${possible}` : `has ${forms.join(" and ")}: give one of them`;
    return { problems: [{ path: [], message }] };
  }
  const problems: Problem[] = [];
  if (given.repository !== undefined && form !== "ref")
    problems.push({ path: ["repository"], message: "goes with ref: leave it out" });
  const wantsDigest = form === "archive" || form === "version";
  if (wantsDigest && given.sha256 === undefined)
    problems.push({ path: ["sha256"], message: `is required with ${form}: the sha256 of the archive` });
  if (!wantsDigest && given.sha256 !== undefined)
    problems.push({ path: ["sha256"], message: `goes with archive or version, not with ${form}: leave it out` });
  switch (form) {
    case "ref":
      return {
        problems,
        pinned: {
          gitRef: given.ref ?? "",
          ...(given.repository === undefined ? {} : { repository: given.repository }),
        },
      };
    case "file": {
      if (!/\.txt$/.test(given.file ?? ""))
        problems.push({
          path: ["file"],
          message: "must end in .txt, as constraints files of pip do; an archive goes under archive",
        });
      const file = projectFile(projectDirectory, given.file ?? "");
      if ("problem" in file) return { problems: [...problems, { path: ["file"], message: file.problem }] };
      return { problems, pinned: { sha256: file.sha256 }, location: [file.sha256, file.path] };
    }
    case "version":
      return pinnedAt(given.sha256, `python-index:${indexNames[source] ?? source}==${given.version ?? ""}`, problems);
    case "archive": {
      const archive = archiveLocation(given.archive ?? "", projectDirectory);
      if ("problem" in archive) return { problems: [...problems, { path: ["archive"], message: archive.problem }] };
      return pinnedAt(given.sha256, archive.location, problems);
    }
  }
}

/** Where an archive is: its address, or its path in the project. */
export function archiveLocation(given: string, projectDirectory: string): { location: string } | { problem: string } {
  if (/^https?:/.test(given)) {
    const problem =
      textProblem(given, downloadUrl) ??
      (isAddress(given) ? undefined : `${quoted(given)} is no address: correct host and port`);
    return problem === undefined ? { location: given } : { problem };
  }
  const inside = insideProject(projectDirectory, given);
  if ("problem" in inside) return inside;
  const problem = textProblem(inside.path, projectPath);
  return problem === undefined ? { location: inside.path } : { problem };
}

function pinnedAt(sha256: string | undefined, location: string, problems: Problem[]): ResolvedSource {
  return sha256 === undefined ? { problems } : { problems, pinned: { sha256 }, location: [sha256, location] };
}
