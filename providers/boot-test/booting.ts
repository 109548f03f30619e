// What only `create` needs: QEMU, the store, the whole stack. Loaded when something is booted, because `check` is called in every preview.
export { requireArtifact } from "../../core/artifacts/require-artifact.ts";
export { openStore } from "../../core/artifacts/store.ts";
export { bootTest } from "../../core/boot/boot-test.ts";
export { progressPrinter } from "../artifact/progress.ts";
export { runtimeSettings } from "../artifact/settings.ts";
export { untilCancelled } from "../cancellation.ts";
