import { initramfsMaxSize, kernelMaxSize } from "./limits.ts";

/** One of the two members that count: its name in the archive, and its size in bytes. */
export interface PairMember {
  readonly name: string;
  readonly size: number;
}

/** The members of an archive that are the pair, or why there is none; the sentence goes on after the archive's name. */
export type PairInArchive =
  { readonly kernel: PairMember; readonly initramfs: PairMember } | { readonly problem: string };

/** A line of `tar --list --verbose`: type and mode, owner, size, date, time, name. */
const line = /^(.)\S+\s+\S+\s+(\d+)\s+\S+\s+\S+\s(.+)$/;

/** Arguments of tar(1) for a listing. */
export function listArguments(archive: string): string[] {
  return ["--list", "--verbose", "--numeric-owner", "--file", archive];
}

/** Arguments of tar(1) that unpack just the pair into a directory. */
export function extractArguments(archive: string, directory: string, names: readonly string[]): string[] {
  return [
    "--extract",
    "--no-same-owner",
    "--no-same-permissions",
    "--file",
    archive,
    "--directory",
    directory,
    "--",
    ...names,
  ];
}

/** Finds exactly one `*.kernel` and one `*.initramfs`, both regular files, in a listing. Other members are never unpacked. */
export function pairInListing(listing: string): PairInArchive {
  const members = [];
  for (const text of listing.split("\n").filter((each) => each !== "")) {
    const [, type = "", size = "", name = ""] = line.exec(text) ?? [];
    if (name === "") return { problem: `has a member that tar lists as ${JSON.stringify(text.slice(0, 100))}` };
    if (name.startsWith("/") || /(^|\/)\.\.(\/|$)/.test(name))
      return { problem: `has a member outside of itself, ${JSON.stringify(name.slice(0, 100))}` };
    members.push({
      type,
      size: Number(size),
      name: name.replace(type === "l" ? / -> .*$/ : type === "h" ? / link to .*$/ : /$^/, ""),
    });
  }
  const found: Record<string, PairMember> = {};
  for (const [extension, maxSize] of [
    [".kernel", kernelMaxSize],
    [".initramfs", initramfsMaxSize],
  ] as const) {
    const [member, ...more] = members.filter(({ name }) => name.endsWith(extension));
    if (member === undefined) return { problem: `has no *${extension}` };
    if (more.length > 0) return { problem: `has ${more.length + 1} files *${extension}, and should have one` };
    if (member.type !== "-") return { problem: `has a *${extension} that is no regular file` };
    if (!/^[\w./+-]+$/.test(member.name) || member.name.startsWith("-"))
      return { problem: `has a *${extension} with an odd name, ${JSON.stringify(member.name.slice(0, 100))}` };
    if (member.size > maxSize)
      return { problem: `has a *${extension} of ${member.size} bytes, more than the ${maxSize} that are allowed` };
    found[extension] = member;
  }
  const { ".kernel": kernel, ".initramfs": initramfs } = found;
  return kernel === undefined || initramfs === undefined ? { problem: "has no pair" } : { kernel, initramfs };
}
