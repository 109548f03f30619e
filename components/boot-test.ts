import * as pulumi from "@pulumi/pulumi";
import { bootFirmware, type BootTestSettings } from "../core/boot/settings.ts";
import { BootTest } from "../providers/boot-test/resource.ts";
import type { Registration } from "./registration.ts";

/** What decides whether and how an image is booted before it is published. */
interface Tested {
  readonly key: string;
  readonly content: Parameters<typeof bootFirmware>[0];
  readonly bootTest?: BootTestSettings;
}

/** The verdict that a publication waits for; nothing where no boot test is asked for. */
export function bootVerdict(
  { key, content, bootTest }: Tested,
  { artifact, artifactName, options, verify }: Registration,
): { readonly bootTest?: pulumi.Output<string> } {
  if (bootTest === undefined) return {};
  const { parent, dependsOn } = options;
  const { fingerprint, buildId } = artifact;
  const { verdict } = new BootTest(
    key,
    { name: key, artifact: artifactName, fingerprint, buildId, firmware: bootFirmware(content), settings: bootTest },
    {
      ...(parent === undefined ? {} : { parent }),
      ...(dependsOn === undefined ? {} : { dependsOn }),
      hooks: { beforeCreate: [new pulumi.ResourceHook(`${key}-before-boot`, verify)] },
    },
  );
  return { bootTest: verdict };
}
