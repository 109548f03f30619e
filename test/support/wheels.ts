import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

/** What pip in a Debian 12 ramdisk asks for besides the constraints: itself, and what sdists are built with. */
const besides = ["pip==25.1.1", "wheel==0.45.1"];

/** Wheels for Debian 12 on amd64, whatever this machine is. */
const target = [
  ...["--python-version", "3.11", "--implementation", "cp"],
  ...["2_28", "2_27", "2_26", "2_24", "2_17", "2_12", "2_5"].flatMap((glibc) => [
    "--platform",
    `manylinux_${glibc}_x86_64`,
  ]),
  ...["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"].flatMap((name) => ["--platform", name]),
];

/**
 * Packs the wheels of a constraints file, all that an offline build needs: the same wheels give the same bytes.
 * @param python one with pip
 * @param directory for the archive; absolute
 * @returns the archive's file name, in `directory`, and its sha256
 */
export async function packWheels(
  python: string,
  constraints: string,
  directory: string,
): Promise<{ name: string; sha256: string }> {
  const wheels = path.join(directory, "wheels");
  await mkdir(wheels);
  const pip = ["-I", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", ...target];
  await execa(python, [...pip, "--dest", wheels, "--requirement", constraints, ...besides]);
  const archive = path.join(directory, "wheels.tar.gz");
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=0644"];
  await execa("sh", ["-c", `tar ${same.join(" ")} -C "$1" -cf - . | gzip -n >"$2"`, "sh", wheels, archive]);
  return {
    name: path.basename(archive),
    sha256: createHash("sha256")
      .update(await readFile(archive))
      .digest("hex"),
  };
}
