/** sha256 (hex) of what a source gives: of both files, or of the tarball. */
export interface DownloadPins {
  readonly kernelSha256?: string;
  readonly initramfsSha256?: string;
  readonly tarballSha256?: string;
}

/** Where kernel and initramfs are published, as a stack's `download` says it. Pins are absent until `npm run pin` writes them. */
export type DownloadSource = DownloadPins &
  (
    | { readonly baseUrl: string; readonly distribution: string; readonly branch: string }
    | { readonly kernelUrl: string; readonly initramfsUrl: string }
    | { readonly tarballUrl: string }
  );

/** What there is to download. */
export type DownloadUrls =
  | { readonly form: "files"; readonly kernel: string; readonly initramfs: string }
  | { readonly form: "tarball"; readonly tarball: string };

/** The key of a pin, and the URL of what it pins. */
export type PinnedUrl = readonly [pin: keyof DownloadPins, url: string];

/** The addresses of a source. ironic-python-agent-builder's jobs publish `ipa-DISTRIBUTION-BRANCH`, with - for / in the branch. */
export function downloadUrls(source: DownloadSource): DownloadUrls {
  if ("tarballUrl" in source) return { form: "tarball", tarball: source.tarballUrl };
  if ("kernelUrl" in source) return { form: "files", kernel: source.kernelUrl, initramfs: source.initramfsUrl };
  const { baseUrl, distribution, branch } = source;
  const stem = `${baseUrl.replace(/\/+$/, "")}/ipa-${distribution}-${branch.replaceAll("/", "-")}`;
  return { form: "files", kernel: `${stem}.kernel`, initramfs: `${stem}.initramfs` };
}

/** The addresses of a source, each with the pin that it needs. */
export function pinnedUrls(source: DownloadSource): PinnedUrl[] {
  const urls = downloadUrls(source);
  if (urls.form === "tarball") return [["tarballSha256", urls.tarball]];
  return [
    ["kernelSha256", urls.kernel],
    ["initramfsSha256", urls.initramfs],
  ];
}

/** Where the publisher's sha256 of a file is: `.sha256` behind its path. */
export function checksumUrl(url: string): string {
  const parsed = new URL(url);
  parsed.pathname += ".sha256";
  return parsed.href;
}

/** The name of a file, as a checksum file has it: the end of the URL's path. */
export function urlFileName(url: string): string {
  const name = new URL(url).pathname.replace(/^.*\//, "");
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
