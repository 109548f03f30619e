/** `npm run bench [-- NAME...]`: measures what has a target, against the tool that does the same by hand. Writes only its report. */
import { IronicImagesError } from "../../core/errors.ts";
import { runTool } from "../run-tool.ts";
import { benchDownload, wholeDownloadBench } from "./download.ts";
import { benchInspect, wholeInspectBench } from "./inspect.ts";

const benches: Readonly<Record<string, () => Promise<string>>> = {
  download: () => benchDownload(wholeDownloadBench),
  inspect: () => benchInspect(wholeInspectBench),
};

await runTool(async () => {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined) {
    throw new IronicImagesError(
      "usage",
      `there is no bench ${unknown}; npm run bench [-- NAME...], with ${Object.keys(benches).join(", ")}`,
    );
  }
  for (const [name, bench] of Object.entries(benches))
    if (names.length === 0 || names.includes(name)) console.log(await bench());
});
