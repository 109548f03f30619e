/** Downloads and verifies one file, as the program does. Arguments: URL, path. Prints its sha256. */
import { download } from "../../core/download/download.ts";

const [url = "", path = ""] = process.argv.slice(2);
const start = performance.now();
const request = { url, key: "url", path, partialPath: `${path}.partial`, report: () => undefined };
const { sha256 } = await download(request);
console.log(JSON.stringify({ sha256, milliseconds: performance.now() - start }));
