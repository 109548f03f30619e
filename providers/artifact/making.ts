// What only `create` needs: builds, the store, the whole stack. Loaded when something is made, because `check` is called in every preview.
export { artifactOutputs, ensureArtifact } from "./ensure.ts";
export { runtimeSettings } from "./settings.ts";
