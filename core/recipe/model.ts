import type { z } from "zod";
import type { BootTestSettings } from "../boot/settings.ts";
import type { RecipeContent } from "./content.ts";
import type { DownloadSource } from "../deploy-images/urls.ts";
import type { DeployContent } from "./deploy-content.ts";
import type { PublicationSettings, visibility } from "./publication.ts";
import type { buildSchema } from "./stack-schema.ts";

/** One user image of a cloud: what to build, and how it is registered. All defaults are resolved. */
export interface UserImage extends PublicationSettings {
  /** Key in `ironic-images:userImages`; the logical name of its resources. */
  readonly key: string;
  /** Names in Glance. Kernel and ramdisk: partition images only. */
  readonly name: string;
  readonly kernelName?: string;
  readonly ramdiskName?: string;
  /** Name of `recipes/<recipe>.yaml`. */
  readonly recipe: string;
  readonly content: RecipeContent;
  /** Where a pinned base image comes from; not content, because the pin is. */
  readonly baseImageUrl?: string;
  readonly visibility: z.infer<typeof visibility>;
  /** Whether a replaced image stays in Glance. */
  readonly keepPrevious: boolean;
  /** Glance properties of recipe and stack, without those that this program sets. */
  readonly properties: Readonly<Record<string, string>>;
  readonly minDiskGiB?: number;
  readonly minRamMiB?: number;
  readonly maxVirtualSizeGiB: number;
  /** Whether a disk or partition that is encrypted by LUKS is meant. */
  readonly allowLuks: boolean;
  /** Absent: the image is published without being booted. */
  readonly bootTest?: BootTestSettings;
}

/** Deploy kernel and ramdisk of one architecture: what they are, and how they are registered. All defaults are resolved. */
export interface DeployImage extends PublicationSettings {
  readonly architecture: DeployContent["architecture"];
  /** `deploy-` and the architecture; the logical name of its resources, and the name of its artifacts. */
  readonly key: string;
  /** Names in Glance. */
  readonly kernelName: string;
  readonly ramdiskName: string;
  readonly content: DeployContent;
  /** Where to get what the content pins, as in a build job. */
  readonly locations: Readonly<Record<string, string>>;
  /** Of a download: where its publisher says what is there today. */
  readonly download?: DownloadSource;
  readonly visibility: z.infer<typeof visibility>;
  readonly keepPrevious: boolean;
  readonly minimumNodeMemoryMiB?: number;
  /** Absent: the images are published without being booted. */
  readonly bootTest?: BootTestSettings;
  readonly properties: Readonly<Record<string, string>>;
}

/** How this machine builds: `ironic-images:build`. Reaches the job at run time and changes no resource. */
export type BuildSettings = z.infer<typeof buildSchema> & { readonly timeoutMinutes: number };

/** Whether a preview asks the cloud, and what it cannot ask: `ironic-images:preflight`, `ironic-images:publicRoles`. */
export interface PreflightSettings {
  readonly isOn: boolean;
  /** One of these is needed to make an image public. */
  readonly publicRoles: readonly string[];
}

/** A stack with its recipes: valid as a whole, or it does not exist. */
export interface StackModel {
  readonly userImages: readonly UserImage[];
  readonly deployImages: readonly DeployImage[];
  readonly build: BuildSettings;
  /** Values of secret variables, by name: `ironic-images:secretEnvironment`. They reach the job at run time and are in no resource. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly preflight: PreflightSettings;
  /** `file:key: …`, one line each: not wrong, but worth a look in a review. */
  readonly warnings: readonly string[];
}

/** A recipe with its defaults resolved. */
export interface Recipe {
  readonly content: RecipeContent;
  /** Where a pinned base image comes from. */
  readonly baseImageUrl?: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly minDiskGiB?: number;
  readonly minRamMiB?: number;
  readonly warnings: readonly string[];
}
