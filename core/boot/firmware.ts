import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { IronicImagesError } from "../errors.ts";
import type { UefiFirmware } from "./command.ts";

/** Where distributions put OVMF without Secure Boot: code, and the template of its variables. */
const places: readonly (readonly [code: string, variables: string])[] = [
  ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"], // Debian, Ubuntu
  ["/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"], // older Debian, Ubuntu
  ["/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"], // Fedora, CentOS
  ["/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"], // Arch
  ["/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin"], // SUSE
];

/**
 * The host's OVMF, with variables of its own in `directory`.
 * @throws IronicImagesError `host-tool-missing`
 */
export async function prepareUefi(directory: string): Promise<UefiFirmware> {
  const place = places.find((files) => files.every((file) => existsSync(file)));
  if (place === undefined) {
    throw new IronicImagesError(
      "host-tool-missing",
      "OVMF, the UEFI firmware for QEMU, is not on this machine; install it (Debian: ovmf)",
    );
  }
  const variables = join(directory, "uefi-variables.fd");
  await copyFile(place[1], variables);
  return { code: place[0], variables };
}
