// The process of movedUpstream: node upstream-look.ts, with the sources as JSON on standard input. Prints each sentence at once, as JSON, a line each; whoever asked kills it when it has waited enough.
import { text } from "node:stream/consumers";
import { movedSource, type PinnedSource } from "./upstream.ts";

const sources = JSON.parse(await text(process.stdin)) as PinnedSource[];
await Promise.all(
  sources.map(async ({ key, source }) => {
    const sentence = await movedSource(key, source);
    if (sentence !== undefined) console.log(JSON.stringify(sentence));
  }),
);
