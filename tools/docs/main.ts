// Writes the JSON Schemas and docs/reference.md of a project, this one if none is given; --check only says which are stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { projectDirectory } from "../paths.ts";
import { generatedPages } from "./pages.ts";

const [given] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const directory = given === undefined ? projectDirectory : resolve(given);
const check = process.argv.includes("--check");

for (const [path, text] of Object.entries(generatedPages(directory))) {
  const file = join(directory, path);
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
