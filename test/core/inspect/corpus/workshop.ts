import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import type { WantedDiskImage } from "../../../../core/inspect/disk-image-facts.ts";

/** Where the tools are that make disks. */
const path = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;

/** Whether a command is on this machine. */
export function isThere(command: string): boolean {
  return path.split(delimiter).some((directory) => existsSync(join(directory, command)));
}

/** One file of the corpus, made by the tool that people make such files with. */
export interface CorpusCase {
  readonly name: string;
  /** Commands that the host must have. */
  readonly needs?: readonly string[];
  readonly wanted: WantedDiskImage;
  /** Makes the file, and returns its path. */
  make(shop: Workshop): Promise<string>;
  /** Names of the rules that find an error. */
  readonly errors: readonly string[];
  /** Names of the rules that warn. */
  readonly warnings?: readonly string[];
  /** Why the other inspector names another format, where it does. */
  readonly seenOtherwise?: string;
}

/** A directory in which disks are made, and the parts that many of them are made of. */
export class Workshop {
  readonly #directory: string;
  readonly #parts = new Map<string, Promise<Buffer>>();
  #count = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** A path that nothing has yet. */
  free(name = "disk"): string {
    return join(this.#directory, `${++this.#count}-${name}`);
  }

  async run(command: string, ...words: readonly string[]): Promise<void> {
    // XFS refuses small file systems but in its own tests.
    await execa(command, words, {
      cwd: this.#directory,
      env: { PATH: path, TEST_DIR: "/", TEST_DEV: "/", QA_CHECK_FS: "1" },
    });
  }

  file(bytes: Buffer, name?: string): string {
    const made = this.free(name);
    writeFileSync(made, bytes);
    return made;
  }

  /** A file of zeros, sparse. */
  empty(size: number): string {
    const made = this.file(Buffer.alloc(0));
    truncateSync(made, size);
    return made;
  }

  /** A file with a file system made by `mkfs.<kind>` and words after the file name's option. */
  async fileSystem(kind: string, size: number, ...words: readonly string[]): Promise<string> {
    const made = this.empty(size);
    await this.run(`mkfs.${kind}`, ...words, made);
    return made;
  }

  /** 2 MiB of ext4. */
  ext4(): Promise<Buffer> {
    return this.#part("ext4", () => this.fileSystem("ext4", 2 * 2 ** 20, "-q", "-F", "-b", "1024"));
  }

  /** 1 MiB of FAT. */
  fat(): Promise<Buffer> {
    return this.#part("fat", () => this.fileSystem("vfat", 2 ** 20));
  }

  /** A disk with an MBR, boot code and one partition of ext4. */
  mbr(): Promise<Buffer> {
    return this.#part("mbr", async () => {
      const made = this.empty(4 * 2 ** 20);
      await this.run("parted", "-s", made, "mklabel", "msdos", "mkpart", "primary", "ext4", "1MiB", "3MiB");
      return this.changed(made, [
        [0, "eb63"],
        [2 ** 20, await this.ext4()],
      ]);
    });
  }

  /** A disk with a GPT: EFI system partition, BIOS boot partition, ext4; and boot code. */
  gpt(): Promise<Buffer> {
    return this.#part("gpt", async () => {
      const made = this.empty(7 * 2 ** 20);
      const parts = ["-n", "1:2048:+1M", "-t", "1:ef00", "-n", "2:4096:+64K", "-t", "2:ef02", "-n", "3:8192:+2M"];
      await this.run("sgdisk", "-a", "1", ...parts, "-t", "3:8300", made);
      return this.changed(made, [
        [0, "eb63"],
        [2 ** 20, await this.fat()],
        [4 * 2 ** 20, await this.ext4()],
      ]);
    });
  }

  /** An encrypted disk without anything in it. */
  luks(type: "luks1" | "luks2"): Promise<Buffer> {
    return this.#part(type, async () => {
      const file = this.empty(20 * 2 ** 20);
      const key = this.file(Buffer.from("key"));
      const words = ["--type", type, "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", file, key];
      await this.run("cryptsetup", "-q", "luksFormat", ...words);
      return file;
    });
  }

  /** Another format of a disk, by qemu-img. */
  async converted(disk: Buffer, format: string, ...words: readonly string[]): Promise<string> {
    const made = this.free(`disk.${format}`);
    await this.run("qemu-img", "convert", ...words, "-f", "raw", "-O", format, this.file(disk), made);
    return made;
  }

  /** A qcow2 file of the disk with ext4, with options of `-o`. */
  async qcow2(options = "", ...words: readonly string[]): Promise<string> {
    return this.converted(await this.ext4(), "qcow2", ...words, ...(options === "" ? [] : ["-o", options]));
  }

  /** The file with other bytes at some offsets: hexadecimal digits, or a buffer. */
  changed(file: string, changes: readonly (readonly [number, string | Buffer])[], size?: number): string {
    const bytes = readFileSync(file);
    for (const [offset, change] of changes) {
      (typeof change === "string" ? Buffer.from(change, "hex") : change).copy(bytes, offset);
    }
    return this.file(bytes.subarray(0, size));
  }

  #part(name: string, make: () => Promise<string>): Promise<Buffer> {
    const made = this.#parts.get(name) ?? make().then((file) => readFileSync(file));
    this.#parts.set(name, made);
    return made;
  }
}

const base = { diskFormat: "qcow2", allowLuks: false } as const;
/** What most cases are meant to be. */
export const partition: WantedDiskImage = { ...base, kind: "partition" };
export const uefi: WantedDiskImage = { ...base, kind: "whole-disk", firmware: "uefi" };
export const bios: WantedDiskImage = { ...base, kind: "whole-disk", firmware: "bios" };
/** The same as a raw file. */
export function raw(wanted: WantedDiskImage): WantedDiskImage {
  return { ...wanted, diskFormat: "raw" };
}
