/** Where things lie inside the sandbox: on every machine the same, so nothing that diskimage-builder notes in an image tells of the machine. */
export const inside = {
  bin: "/mnt/bin",
  job: "/mnt/job",
  hooks: "/mnt/hooks",
  elements: "/mnt/elements",
  base: "/mnt/base",
  cache: "/mnt/cache",
  home: "/mnt/home",
  lockfiles: "/mnt/lockfiles",
  tmp: "/mnt/tmp",
  out: "/mnt/out",
} as const;

/** Below `job`: what our last hook has to know; the CA certificates of the build. */
export const finishFile = `${inside.job}/finish.json`;
export const caFile = `${inside.job}/ca.pem`;
