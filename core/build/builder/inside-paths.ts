/** Where things lie inside the sandbox: on every machine the same, so nothing that diskimage-builder notes in an image tells of the machine. */
export const inside = {
  bin: "/mnt/bin",
  job: "/mnt/job",
  hooks: "/mnt/hooks",
  elements: "/mnt/elements",
  base: "/mnt/base",
  sources: "/mnt/sources",
  cache: "/mnt/cache",
  home: "/mnt/home",
  lockfiles: "/mnt/lockfiles",
  tmp: "/mnt/tmp",
  out: "/mnt/out",
} as const;

/** Inside the chroot: the wheels of an offline build. */
export const wheelsDirectory = "/mnt/wheels";

/** The file with this digest. The name is the digest: diskimage-builder keeps what it fetched by name and time (cache-url). */
export function insideSource(sha256: string): string {
  return `${inside.sources}/${sha256}`;
}

/** Below `job`: what our last hook has to know; the CA certificates of the build; what runs the builder so that it never waits for the disk, and its fstrim. */
export const finishFile = `${inside.job}/finish.json`;
export const caFile = `${inside.job}/ca.pem`;
export const suppressSync = `${inside.job}/suppress_sync.py`;
export const fstrim = `${inside.job}/fstrim.py`;
