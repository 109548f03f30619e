import { flushCompileCache } from "node:module";

// Imported by every provider. Node keeps what it compiled, in NODE_COMPILE_CACHE, when a process ends by itself; the engine kills its providers, so each
// would strip the types of every module again: 13 MiB, and 40 ms of every `up`.

/** Milliseconds after which a provider has loaded what its first calls need. */
const soon = 300;

setTimeout(flushCompileCache, soon).unref();

/** Has Node keep what it has compiled until now; for who has just loaded more, and waits. */
export const keepCompiled: () => void = flushCompileCache;
