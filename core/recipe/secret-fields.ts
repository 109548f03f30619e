import { z } from "zod";
import { field, text } from "./fields.ts";
import { imageFile, secretName } from "./secrets.ts";

// Unlike other texts it is not shown when it is wrong: it may be the value, by mistake.
const name = z
  .string()
  .regex(secretName.pattern, { error: () => `must ${secretName.says}` })
  .max(secretName.max, { error: () => `at most ${secretName.max} characters` });

/** What an image is built with and may not give away. Of user images, and of deploy images that are built. */
export const secretFields = {
  secretEnvironment: field(
    "content",
    "Names of variables that the hooks of elements get, and whose values are secrets of the stack (`ironic-images:secretEnvironment`). Only the names are in the fingerprint: after a new value change `revision`.",
    z.array(name).optional(),
    [],
  ),
  secretFiles: field(
    "content",
    "Files of the finished image that are meant to hold such a value, e.g. `/etc/agent/token`. Anywhere else it fails the build.",
    z.array(text(imageFile)).optional(),
    [],
  ),
  shareSecretArtifact: field(
    "content",
    "Whether other stacks may use what was built with the secrets of one; otherwise each builds its own.",
    z.boolean().optional(),
    "false",
  ),
};
