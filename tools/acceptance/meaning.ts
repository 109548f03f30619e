import type { Stage } from "./outcome.ts";

/** A sentence for what Ironic, the agent or the machine said: the first whose stage and pattern fit. */
interface Meaning {
  readonly stages: readonly Stage[];
  readonly said?: RegExp;
  readonly sentence: (match: readonly string[]) => string;
}

const meanings: readonly Meaning[] = [
  {
    stages: ["bytes"],
    sentence: () =>
      "Somebody changed it in Glance's store after it was registered, and Ironic would write it to machines without noticing: do not deploy it, find out who can write there, and register it anew",
  },
  {
    stages: ["missing"],
    sentence: () =>
      "The conductor gets no such image from Glance, so every deploy fails: run `pulumi up --refresh`, and see that the image is visible to the conductor's project",
  },
  {
    stages: ["prepare", "validate"],
    said: /kernel(_id)?\b.*ramdisk(_id)?|ramdisk(_id)?\b.*kernel(_id)?/i,
    sentence: () => "Ironic does not find kernel and ramdisk of this partition image: every deploy of it fails",
  },
  {
    stages: ["prepare"],
    said: /not valid for use|does not match|image format|disk_format|Invalid image/i,
    sentence: () =>
      "Its bytes are not what Glance says that they are, or nothing that Ironic deploys: every deploy of it fails, and only another upload helps",
  },
  {
    stages: ["prepare"],
    said: /qemu-img|convert/i,
    sentence: () =>
      "Its bytes are damaged inside, which only the conversion notices: every deploy of it fails; build it anew",
  },
  {
    stages: ["prepare"],
    said: /could not be found|not authorized|NotAuthorized|unavailable|Unacceptable/i,
    sentence: () =>
      "The conductor may not have one of the images: see their visibility, and the roles of the conductor's account",
  },
  {
    stages: ["prepare", "validate", "boot-files"],
    sentence: () =>
      "Ironic does not get as far as starting a machine: every deploy of this image fails in the same way",
  },
  {
    stages: ["network-boot"],
    said: /no modules for its kernel/,
    sentence: () =>
      "The deploy ramdisk is that of another kernel, so a node has no drivers, and waits for nothing: take kernel and ramdisk from one build, and register them together",
  },
  {
    stages: ["network-boot"],
    sentence: () =>
      "The deploy images do not bring up an agent that finds Ironic, so a node would wait for nothing: see whether kernel and ramdisk are of one build, and the console",
  },
  {
    stages: ["write"],
    said: /No such file or directory: '([^']+)'/,
    sentence: ([, command = ""]) =>
      `The deploy ramdisk has no ${command}, which the agent needs: add the package that has it to the deploy images' recipe`,
  },
  {
    stages: ["write"],
    said: /grub|boot ?loader/i,
    sentence: () =>
      "The agent wrote the image and could not make it bootable: a partition image must contain its boot loader (`bootloader: grub2`), or every deploy of it fails at its end",
  },
  {
    stages: ["write"],
    sentence: () => "The agent could not write the image, so every deploy of it fails; its log says where",
  },
  {
    stages: ["boot"],
    sentence: () =>
      "Ironic says active, and the machine does not come up from its disk: users would get dead machines; see the console",
  },
  {
    stages: ["silence"],
    sentence: () =>
      "Ironic says active, and from its disk the machine said nothing on the first serial port: it does not boot, or its system has no console there (add the element enable-serial-console)",
  },
];

/** What a failure means for the operator, in one sentence. */
export function meaningOf(stage: Stage, why: string): string {
  for (const { stages, said, sentence } of meanings) {
    if (!stages.includes(stage)) continue;
    const match = said === undefined ? [] : said.exec(why);
    if (match !== null) return sentence(match);
  }
  return "It is not known what this means";
}
