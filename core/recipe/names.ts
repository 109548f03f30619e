import type { UserImage } from "./model.ts";
import type { Problem } from "./problems.ts";

/** Glance names that two images of one stack would share. Glance allows it, and then nobody can name either of them. */
export function nameClashes(
  images: readonly Pick<UserImage, "key" | "name" | "kernelName" | "ramdiskName">[],
): Problem[] {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const image of images) {
    for (const field of ["name", "kernelName", "ramdiskName"] as const) {
      const name = image[field];
      if (name === undefined) continue;
      const owner = owners.get(name);
      if (owner === undefined) owners.set(name, `${image.key}.${field}`);
      else
        problems.push({
          path: ["userImages", image.key, field],
          message: `${name} is the Glance name of userImages.${owner} too: give one of them another`,
        });
    }
  }
  return problems;
}
