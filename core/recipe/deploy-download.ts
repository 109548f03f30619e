import type { DownloadSource } from "../deploy-images/urls.ts";
import { downloadUrls } from "../deploy-images/urls.ts";
import type { DeployDownloadContent } from "./deploy-content.ts";
import type { DeployDownloadFile } from "./deploy-schema.ts";
import { isAddress, quoted } from "./text.ts";
import type { Problem } from "./problems.ts";

/** `download` of one architecture, checked. Paths of problems start inside it. */
export interface CheckedDownload {
  /** Absent if there is a mistake. */
  readonly content?: DeployDownloadContent;
  readonly source?: DownloadSource;
  readonly locations: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

const forms = {
  baseUrl: ["baseUrl", "distribution", "branch"],
  kernelUrl: ["kernelUrl", "initramfsUrl"],
  tarballUrl: ["tarballUrl"],
} as const;

const pins = ["kernelSha256", "initramfsSha256", "tarballSha256"] as const;

/** Checks and resolves `download`. No network: what is published is compared by the preflight and by `npm run pin`. */
export function checkDeployDownload(
  architecture: DeployDownloadContent["architecture"],
  fields: Partial<DeployDownloadFile>,
): CheckedDownload {
  const problems = formProblems(fields);
  if (problems.some(({ path }) => path.length === 0)) return { problems, locations: {} };
  const wanted =
    fields.tarballUrl === undefined ? (["kernelSha256", "initramfsSha256"] as const) : (["tarballSha256"] as const);
  const plain = [fields.baseUrl, fields.kernelUrl, fields.initramfsUrl, fields.tarballUrl].some((url) =>
    url?.startsWith("http:"),
  );
  for (const name of pins) {
    const isWanted = (wanted as readonly string[]).includes(name);
    if (isWanted && fields[name] === undefined)
      problems.push({
        path: [name],
        message: plain
          ? "is required, and the more so over http, where anybody on the way can change what comes: give the publisher's sha256 (npm run pin -- --stack S writes what the address says today)"
          : "is required: npm run pin -- --stack S writes it",
      });
    if (!isWanted && fields[name] !== undefined)
      problems.push({ path: [name], message: "does not go with the address given here: leave it out" });
  }
  for (const name of ["baseUrl", "kernelUrl", "initramfsUrl", "tarballUrl"] as const) {
    const url = fields[name];
    if (url !== undefined && !isAddress(url))
      problems.push({ path: [name], message: `${quoted(url)} is no address: correct host and port` });
  }
  if (fields.kernelUrl !== undefined && fields.kernelUrl === fields.initramfsUrl)
    problems.push({ path: ["initramfsUrl"], message: "is the kernel's address too: give the initramfs's own" });
  if (fields.kernelSha256 !== undefined && fields.kernelSha256 === fields.initramfsSha256)
    problems.push({ path: ["initramfsSha256"], message: "is the kernel's pin too: two files have two digests" });
  if (problems.length > 0) return { problems, locations: {} };
  const source = fields as DownloadSource;
  const urls = downloadUrls(source);
  const content = pinnedContent(architecture, fields);
  const locations: Record<string, string> =
    urls.form === "tarball"
      ? { [fields.tarballSha256 ?? ""]: urls.tarball }
      : { [fields.kernelSha256 ?? ""]: urls.kernel, [fields.initramfsSha256 ?? ""]: urls.initramfs };
  return { content, source, locations, problems };
}

function pinnedContent(
  architecture: DeployDownloadContent["architecture"],
  { kernelSha256 = "", initramfsSha256 = "", tarballSha256 }: Partial<DeployDownloadFile>,
): DeployDownloadContent {
  const common = { kind: "deploy-download", architecture } as const;
  return tarballSha256 === undefined ? { ...common, kernelSha256, initramfsSha256 } : { ...common, tarballSha256 };
}

function formProblems(fields: Partial<DeployDownloadFile>): Problem[] {
  const given = Object.entries(forms).filter(([, names]) => names.some((name) => fields[name] !== undefined));
  const possible = "baseUrl with distribution and branch, kernelUrl with initramfsUrl, or tarballUrl";
  if (given.length !== 1) {
    const has = given.map(([, names]) => names.find((name) => fields[name] !== undefined)).join(" and ");
    return [{ path: [], message: given.length === 0 ? `give ${possible}` : `has ${has}: give one of ${possible}` }];
  }
  return given.flatMap(([, names]) =>
    names
      .filter((name) => fields[name] === undefined)
      .map((name) => ({
        path: [name],
        message: `is required beside ${names.find((each) => fields[each] !== undefined)}`,
      })),
  );
}
