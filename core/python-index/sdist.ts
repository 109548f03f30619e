import { askPip, type PipQuestion } from "./ask-pip.ts";

/** One version of a distribution in the Python index. */
export interface SdistName {
  readonly name: string;
  readonly version: string;
}

/** Reads `python-index:NAME==VERSION`; undefined for any other text. */
export function parseSdistLocation(location: string): SdistName | undefined {
  const [, name, version] = /^python-index:([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)==([\w.!+-]+)$/.exec(location) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}

/**
 * Downloads the source distribution of a version, as it is: nothing of it is run, and nobody has checked it.
 * @param target absolute path of the file
 * @returns where it came from, without credentials
 * @throws IronicImagesError `python-index-failed`; the signal's reason
 */
export async function fetchSdist(
  question: PipQuestion,
  { name, version }: SdistName,
  target: string,
): Promise<{ url: string }> {
  return (await askPip(question, ["sdist", name, version, target])) as { url: string };
}
