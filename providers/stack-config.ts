import type * as pulumi from "@pulumi/pulumi";

let getConfig: (key: string) => string | undefined = () => undefined;

/**
 * Keeps the stack config for what is done at run time: a destroy needs none of it. All kinds of resources of a stack share one provider process,
 * and the engine gives each of them the same; in `refresh` and `destroy` it is the config of the last `up`.
 */
export async function configure(request: pulumi.dynamic.ConfigureRequest): Promise<void> {
  getConfig = (key) => request.config.get(key);
}

/** A value of the stack config: of a key of the project, or of another namespace as in `openstack:cloud`. */
export function stackConfig(key: string): string | undefined {
  return getConfig(key);
}
