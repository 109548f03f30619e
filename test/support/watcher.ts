import type { GlanceImage } from "../../core/openstack/glance.ts";
import type { GlanceUser } from "./glance.ts";

const pauseMilliseconds = 100;

/** Looks at Glance again and again as one user, until stopped, and keeps what was wrong at any moment. */
export interface Watcher {
  /** How many times the list was read. */
  readonly looks: number;
  stop(): Promise<string[]>;
}

/**
 * Watches the images of one stack as a user of another project: whatever is visible must be active, and a visible user
 * image must name a visible kernel and ramdisk of its own build, and no name in a list stands for two.
 */
export function watchVisible(user: GlanceUser, stackProperties: Readonly<Record<string, string>>): Watcher {
  const wrong = new Set<string>();
  let running = true;
  let looks = 0;
  const loop = (async () => {
    while (running) {
      // Shown ones first: what is hidden meanwhile is then in both lists, and none is missed.
      const shown = await user.list(stackProperties);
      const hidden = await user.list({ ...stackProperties, os_hidden: "true" });
      for (const problem of problems(shown, hidden)) wrong.add(problem);
      looks += 1;
      await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    }
  })();
  return {
    get looks() {
      return looks;
    },
    async stop() {
      running = false;
      await loop;
      return [...wrong];
    },
  };
}

/** What a second user must never see in one answer of Glance. */
export function problems(shown: readonly GlanceImage[], hidden: readonly GlanceImage[] = []): string[] {
  const byId = new Map([...shown, ...hidden].map((image) => [image.id, image]));
  const names = shown.map(({ name }) => name);
  return [...byId.values()].flatMap((image) => {
    const found: string[] = [];
    if (names.filter((name) => name === image.name).length > 1) found.push(`${image.name} is the name of two images`);
    if (image.status !== "active") found.push(`${image.id} is visible as ${image.status}`);
    for (const key of ["kernel_id", "ramdisk_id"]) {
      const id = image[key];
      if (typeof id !== "string") continue;
      const part = byId.get(id);
      if (part === undefined) found.push(`${image.id} is visible, its ${key} ${id} is not`);
      else if (part["ironic_images_build"] !== image["ironic_images_build"])
        found.push(`${image.id} is of another build than its ${key} ${id}`);
    }
    return found;
  });
}
