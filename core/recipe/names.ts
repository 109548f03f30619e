import type { DeployImage, UserImage } from "./model.ts";
import type { Problem } from "./problems.ts";

const nameFields = ["name", "kernelName", "ramdiskName"] as const;

type Named = Pick<UserImage, "key"> & Partial<Pick<UserImage, (typeof nameFields)[number]>>;

/** Glance names that two images of one stack would share. Glance allows it, and then nobody can name either of them. */
export function nameClashes(
  userImages: readonly Named[],
  deployImages: readonly Pick<DeployImage, "architecture" | "kernelName" | "ramdiskName">[] = [],
): Problem[] {
  const all: { at: readonly string[]; image: Partial<Named> }[] = [
    ...userImages.map((image) => ({ at: ["userImages", image.key], image })),
    ...deployImages.map((image) => ({ at: ["deployImages", image.architecture], image })),
  ];
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { at, image } of all) {
    for (const field of nameFields) {
      const name = image[field];
      if (name === undefined) continue;
      const owner = owners.get(name);
      if (owner === undefined) owners.set(name, [...at, field].join("."));
      else
        problems.push({
          path: [...at, field],
          message: `${name} is the Glance name of ${owner} too: give one of them another`,
        });
    }
  }
  return problems;
}
