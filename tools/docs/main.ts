// Writes the JSON Schemas and docs/reference.md; with --check only says which of them are stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedPages } from "./pages.ts";

const projectDirectory = fileURLToPath(new URL("../..", import.meta.url));
const check = process.argv.includes("--check");

for (const [path, text] of Object.entries(generatedPages(projectDirectory))) {
  const file = join(projectDirectory, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  if (check) {
    console.error(`${path} is stale: run npm run docs`);
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`${path} written`);
}
