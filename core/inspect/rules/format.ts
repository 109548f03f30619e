import { diskRule, hasLuks, type DiskImageRule } from "./case.ts";

const foreign: Readonly<Record<string, string>> = {
  iso: "an ISO 9660 file system, a CD",
  vmdk: "VMDK",
  vdi: "VDI",
  vhd: "VHD",
  vhdx: "VHDX",
  qed: "QED",
};

/** What the file is, as Glance and Ironic look at it before anything else. */
export const formatRules: readonly DiskImageRule[] = [
  {
    name: "one-format",
    severity: "error",
    source: "oslo.utils imageutils/format_inspector.py, InspectWrapper.format; CVE-2024-44082",
    check: ({ facts: { formats } }) =>
      formats.length > 1
        ? `it is ${formats.join(" and ")} at once, so its readers would not see the same disk; make it anew with qemu-img convert -f and the format that is meant`
        : undefined,
  },
  {
    name: "no-foreign-format",
    severity: "error",
    source:
      "Ironic, [conductor]permitted_image_formats: raw, gpt, qcow2 and iso by default; ironic/common/images.py image_format_permitted",
    check: ({ wanted, facts: { formats } }) => {
      const [format] = formats;
      const name = format === undefined || formats.length > 1 ? undefined : foreign[format];
      return name === undefined
        ? undefined
        : `it is ${name}, which does not deploy; convert it with qemu-img convert -O ${wanted.diskFormat}`;
    },
  },
  {
    name: "declared-format",
    severity: "error",
    source:
      "Ironic, ironic/common/images.py image_format_matches; Glance, glance/location.py: disk_format cannot be changed later",
    check: ({ wanted: { diskFormat }, facts: { formats } }) => {
      const isQcow2 = formats.includes("qcow2");
      if (formats.length > 1 || formats.some((format) => format in foreign) || isQcow2 === (diskFormat === "qcow2"))
        return undefined;
      return isQcow2
        ? "it is a qcow2 file, and the recipe's diskFormat is raw: Glance would take it, and Ironic refuse it; correct diskFormat"
        : "it is no qcow2 file, and the recipe's diskFormat is qcow2; correct diskFormat, or build again";
    },
  },
  diskRule(
    "any",
    {
      name: "luks-only-if-allowed",
      severity: "error",
      source:
        "ironic-python-agent, extensions/image.py _install_grub2 mounts the root file system, and has no key; docs/reference.md, allowLuks",
    },
    (disk, { allowLuks }) =>
      hasLuks(disk) && !allowLuks
        ? "there is a LUKS header in it; if the disk is meant to be encrypted, set allowLuks: true in the recipe"
        : undefined,
  ),
  {
    name: "luks-version",
    severity: "error",
    source: "oslo.utils imageutils/format_inspector.py, LUKSInspector.check_version: Glance refuses the upload",
    check: ({ facts: { formats, disk } }) => {
      const version = disk?.fileSystems.find(({ kind }) => kind === "luks")?.version;
      return formats.includes("luks") && version !== undefined && version !== 1
        ? `the file is LUKS of version ${version}, and Glance takes version 1 only; use diskFormat: qcow2, or cryptsetup luksFormat --type luks1`
        : undefined;
    },
  },
  {
    name: "luks-permitted-by-ironic",
    severity: "warning",
    source: "Ironic, [conductor]permitted_image_formats: raw, gpt, qcow2 and iso if nothing else is configured",
    check: ({ wanted, facts: { formats } }) =>
      wanted.allowLuks && formats.includes("luks")
        ? "the file itself is LUKS, and Ironic refuses that unless its [conductor]permitted_image_formats has luks; diskFormat: qcow2 needs no such setting"
        : undefined,
  },
];
