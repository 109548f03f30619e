import { createRequire } from "node:module";

// Imported by the program, for what it does to the SDK.
//
// The SDK makes an output, of a dozen promises, of each property of a resource when the resource is declared, and they all wait until it is registered.
// Few are ever read: of the 30 properties of an `images.Image` this program reads two. Here a property becomes an output when it is first read, by the
// SDK's own function; until then only the engine's answer is kept for it.

/** Takes what the engine answers: value, whether it is known and secret, dependencies, error. */
type Resolve = (...answer: unknown[]) => void;
type Properties = Record<string, unknown>;
type TransferProperties = (onto: Properties, label: string, props: Readonly<Properties>) => Record<string, Resolve>;

const rpc = createRequire(import.meta.url)("@pulumi/pulumi/runtime/rpc.js") as {
  transferProperties: TransferProperties;
};
const transferNow = rpc.transferProperties;

rpc.transferProperties = (onto, label, props) => {
  const keys = Object.keys(props).filter((key) => key !== "id" && key !== "urn");
  // What the resource has already is an error, which the SDK tells.
  const taken = keys.find((key) => Object.hasOwn(onto, key));
  if (taken !== undefined) return transferNow(onto, label, { [taken]: props[taken] });
  return Object.fromEntries(keys.map((key) => [key, postpone(onto, label, key, props[key])]));
};

function postpone(onto: Properties, label: string, key: string, value: unknown): Resolve {
  let answer: unknown[] | undefined;
  let resolve: Resolve | undefined;
  Object.defineProperty(onto, key, {
    configurable: true,
    enumerable: true,
    get() {
      Reflect.deleteProperty(onto, key);
      resolve = transferNow(onto, label, { [key]: value })[key];
      if (answer !== undefined) resolve?.(...answer);
      return onto[key];
    },
  });
  return (...given) => {
    answer = given;
    resolve?.(...given);
  };
}
