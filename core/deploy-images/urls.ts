/** Sha256 (hex) of what is downloaded; `npm run pin` writes them, so each may be missing before. */
export interface DownloadPinFields {
  readonly kernelSha256?: string | undefined;
  readonly initramfsSha256?: string | undefined;
  readonly tarballSha256?: string | undefined;
}

/** Where a pair of deploy images is published, as `deployImages.<architecture>.download` says it. */
export type DownloadSource = DownloadPinFields &
  (
    | { readonly baseUrl: string; readonly distribution: string; readonly branch: string }
    | { readonly kernelUrl: string; readonly initramfsUrl: string }
    | { readonly tarballUrl: string }
  );

/** What has to be fetched; each address with `.sha256` behind it has the publisher's checksum. */
export type DownloadUrls =
  | { readonly form: "files"; readonly kernel: string; readonly initramfs: string }
  | { readonly form: "tarball"; readonly tarball: string };

/** The addresses of a source. File names as ironic-python-agent publishes them: `ipa-<distribution>-<branch>`, with `/` as `-`. */
export function downloadUrls(source: DownloadSource): DownloadUrls {
  if ("tarballUrl" in source) return { form: "tarball", tarball: source.tarballUrl };
  if ("kernelUrl" in source) return { form: "files", kernel: source.kernelUrl, initramfs: source.initramfsUrl };
  const { baseUrl, distribution, branch } = source;
  const file = `${baseUrl.replace(/\/+$/, "")}/ipa-${distribution}-${branch.replaceAll("/", "-")}`;
  return { form: "files", kernel: `${file}.kernel`, initramfs: `${file}.initramfs` };
}
