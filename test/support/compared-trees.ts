import { fileURLToPath } from "node:url";
import { execa } from "execa";

const fields = ["type", "mode", "owner", "group", "size", "target", "attributes", "content"] as const;

/** In what an entry of two trees differs. */
export type Field = (typeof fields)[number];

/** An entry of a tree, each field as text. */
export type Entry = Readonly<Record<Field, string>>;

/** Everything below a directory, by its path from there, e.g. `/etc/passwd`. */
export type Tree = ReadonlyMap<string, Entry>;

/** A path that is not the same in both: it is in one alone, or these fields differ. */
export interface Difference {
  readonly path: string;
  readonly what: "only plain" | "only ours" | readonly Field[];
}

/** Lists names, types, modes, owners, sizes, links, extended attributes and contents. Nothing is followed. */
export async function listTree(directory: string): Promise<Tree> {
  const lister = fileURLToPath(new URL("./tree-listing.py", import.meta.url));
  const { stdout } = await execa("python3", [lister, directory], { maxBuffer: 2 ** 28 });
  const tree = new Map<string, Entry>();
  for (const line of stdout.split("\n").filter((text) => text !== "")) {
    const [path, ...values] = JSON.parse(line) as [string, ...unknown[]];
    const texts = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
    tree.set(path, Object.fromEntries(fields.map((field, index) => [field, texts[index] ?? ""])) as Entry);
  }
  return tree;
}

/** Where two trees differ, by path. Of what is in one alone, what is below it is listed too. */
export function differences(plain: Tree, ours: Tree): Difference[] {
  const paths = [...new Set([...plain.keys(), ...ours.keys()])].sort();
  return paths.flatMap((path): Difference[] => {
    const [one, other] = [plain.get(path), ours.get(path)];
    if (other === undefined) return [{ path, what: "only plain" }];
    if (one === undefined) return [{ path, what: "only ours" }];
    const changed = fields.filter((field) => one[field] !== other[field]);
    return changed.length === 0 ? [] : [{ path, what: changed }];
  });
}

/** Why paths that fit may differ, and only so. */
export interface Rule {
  readonly path: RegExp;
  readonly may: Difference["what"];
  /** For a reader of docs/performance.md. */
  readonly why: string;
}

/** The differences that no rule explains. */
export function unexplained(found: readonly Difference[], rules: readonly Rule[]): Difference[] {
  return found.filter(({ path, what }) => !rules.some((rule) => rule.path.test(path) && allows(rule.may, what)));
}

function allows(may: Rule["may"], what: Difference["what"]): boolean {
  if (typeof may === "string" || typeof what === "string") return may === what;
  return what.every((field) => may.includes(field));
}
