/** How this machine builds. Never changes what is built, so nothing of it is in a fingerprint. */
export interface BuildSettings {
  /** Builds at once, over all projects of the user; default one per two processors. */
  readonly slots?: number | undefined;
  /** Limit of one build; default 120. */
  readonly timeoutMinutes?: number | undefined;
  /** Package mirrors for the build only; default those of this machine's apt, where it runs the distribution that is built. */
  readonly mirrors?: { readonly mirror?: string | undefined; readonly security?: string | undefined } | undefined;
  /** Proxies for the build only; default those of the environment and of apt. */
  readonly proxy?:
    | { readonly http?: string | undefined; readonly https?: string | undefined; readonly no?: string | undefined }
    | undefined;
  /** File of CA certificates for the build only; default the one that the environment names. */
  readonly caBundle?: string | undefined;
  /** What must be free where builds happen; default what the last build of the recipe took and a quarter more, 0 to ask for nothing. */
  readonly minimumFreeMiB?: number | undefined;
  /** Whether what runs in a build is told at once that its data is on the disk; default true. Saves the waiting, and changes no byte of an image. */
  readonly suppressSync?: boolean | undefined;
  /** For how long the tree of a distribution that debootstrap made is used again, while the archive is as it was then; 0: never; default 7. */
  readonly baseRootDays?: number | undefined;
  /** Whether packages that were fetched before are used again where the archive still has them with the same digest; default true. */
  readonly keepPackages?: boolean | undefined;
  /** Size that a log file may reach; default 64. */
  readonly logLimitMiB?: number | undefined;
  /** Time for diskimage-builder to clean up after a cancellation, before everything is killed; default 5. */
  readonly graceSeconds?: number | undefined;
  /** Time for which a build goes on when nobody waits for it; default 60. */
  readonly leaseSeconds?: number | undefined;
}
