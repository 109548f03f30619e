import * as pulumi from "@pulumi/pulumi";
import { IronicImagesError } from "../core/errors.ts";

/** What `decide` answers; what it refuses ends the program, with the stack file's name in front of the config key. */
export function orRefusal<T>(decide: () => T): T {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof IronicImagesError)) throw error;
    // Said by itself too: the SDK puts the names of all that depends on it before what is thrown here.
    void pulumi.log.error(`stacks/Pulumi.${pulumi.getStack()}.yaml:${error.message}`);
    throw new pulumi.RunError(error.message);
  }
}
