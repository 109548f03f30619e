/** Downloads and verifies one file, as the program does. Arguments: URL, path. Prints milliseconds. */
import { download } from "../../core/download/download.ts";

const [url = "", path = ""] = process.argv.slice(2);
const start = performance.now();
const request = { url, key: "url", path, partialPath: `${path}.partial`, report: () => undefined };
await download(request);
console.log(performance.now() - start);
