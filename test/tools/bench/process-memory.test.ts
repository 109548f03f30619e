import assert from "node:assert/strict";
import { test } from "node:test";
import { residentMiB } from "../../../tools/bench/process-memory.ts";

const status = (anonymous: number, file: number, shared: number) =>
  `Name:\tnode\nVmRSS:\t999999 kB\nRssAnon:\t  ${anonymous} kB\nRssFile:\t   ${file} kB\nRssShmem:\t   ${shared} kB\n`;

test("memory of several processes: what each has to itself, and the files once; nothing of one that is gone", () => {
  assert.equal(residentMiB([status(1024, 4096, 512), status(2048, 5120, 0), ""]), (1024 + 512 + 2048 + 5120) / 1024);
  assert.equal(residentMiB([]), 0);
});
