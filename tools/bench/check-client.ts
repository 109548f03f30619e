// `check()` of a recipe, twice in one process, as in a preview. Working directory: the project. Argument: the recipe.
// Prints milliseconds of each call as JSON.
import { loadRecipe } from "../../core/recipe/load.ts";
import { check } from "../../providers/disk-image/provider.ts";

const recipe = process.argv[2] ?? "";
const news = { name: recipe, ...loadRecipe(process.cwd(), recipe).content };
const times: number[] = [];
for (let call = 0; call < 2; call++) {
  const start = performance.now();
  const { failures = [] } = await check(undefined, news);
  times.push(performance.now() - start);
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
}
console.log(JSON.stringify(times));
process.exit();
