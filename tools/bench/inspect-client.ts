/** Unpacks a ramdisk once and looks at what is in it, as the program does. Argument: its path. Prints milliseconds. */
import { open } from "node:fs/promises";
import { unpackWithTool } from "../../core/artifacts/unpack-tool.ts";
import { fileSource } from "../../core/inspect/byte-source.ts";
import { readInitramfs } from "../../core/inspect/initramfs/initramfs.ts";

const handle = await open(process.argv[2] ?? "");
const source = await fileSource(handle);
const start = performance.now();
const { broken } = await readInitramfs(source, unpackWithTool);
console.log(performance.now() - start);
await handle.close();
if (broken !== undefined) throw new Error(broken);
