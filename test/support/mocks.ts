import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";

/** A resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const file = (role: string) => ({
  size: role.length,
  sha256: createHash("sha256").update(role).digest("hex"),
  sha512: createHash("sha512").update(role).digest("hex"),
  format: role === "image" ? "qcow2" : "ari",
  virtualSize: 1024,
});

/**
 * Plays the engine for the program: remembers what is registered, answers with ids, and in a preview leaves unknown what the
 * real one leaves unknown. Import the program after it.
 */
export async function mockEngine(config: Readonly<Record<string, unknown>>, preview: boolean): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push({ type: type.split(":").at(-1) ?? "", name, inputs: inputs as Record<string, unknown> });
        return {
          id: preview ? "" : `id-of-${name}`,
          state: { ...inputs, ...computed(type, inputs as Record<string, unknown>, preview) },
        };
      },
      call: () => ({}),
    },
    "ironic-images",
    "mocked",
    preview,
  );
  // The SDK's mocked monitor has no methods for hooks; the real one stores them and calls back later.
  const monitor = getMonitor() as unknown as Record<string, unknown>;
  for (const method of ["registerResourceHook", "registerErrorHook"]) {
    monitor[method] = (_request: unknown, callback: (error: null, response: object) => void) => callback(null, {});
  }
  // No test of the program alone reaches for a cloud that this machine may know.
  const text = Object.entries({ preflight: "off", ...config }).map(
    ([key, value]) => [`ironic-images:${key}`, JSON.stringify(value)] as const,
  );
  pulumi.runtime.setAllConfig(Object.fromEntries(text));
  return registered;
}

function computed(type: string, inputs: Record<string, unknown>, preview: boolean): Record<string, unknown> {
  if (type.endsWith(":DiskImage")) {
    const name = String(inputs["name"]);
    const paths = {
      fingerprint: `fingerprint-of-${name}`,
      imagePath: `${name}.qcow2`,
      kernelPath: `${name}.vmlinuz`,
      ramdiskPath: `${name}.initrd`,
    };
    const built = {
      buildId: `build-of-${name}`,
      files: { image: file("image"), kernel: file("kernel"), ramdisk: file("ramdisk") },
    };
    return preview ? paths : { ...paths, ...built };
  }
  if (type.endsWith(":DeployRamdisk")) {
    const name = String(inputs["name"]);
    const paths = {
      fingerprint: `fingerprint-of-${name}`,
      kernelPath: `${name}.kernel`,
      ramdiskPath: `${name}.initramfs`,
    };
    const made = { buildId: `build-of-${name}`, files: { kernel: file("kernel"), ramdisk: file("ramdisk") } };
    return preview ? paths : { ...paths, ...made };
  }
  if (type.endsWith(":BootTest") && !preview) return { verdict: "boots", seconds: 1, accelerator: "tcg" };
  if (type.endsWith(":Publication") && !preview) {
    const ids = (inputs["images"] as { role: string; id: string }[]).map(({ role, id }) => [`${role}Id`, id]);
    return Object.fromEntries(ids) as Record<string, unknown>;
  }
  return {};
}
