/**
 * What state holds of a provider's implementation: a door to it, opened in the project's directory, so that today's code
 * runs also for yesterday's state, and no edit of it shows as a change.
 *
 * @param folder of the provider, below `providers/`
 */
export function door(folder: string): string {
  return `exports.handler = () => require("./providers/${folder}/provider.ts");`;
}

/** Properties as the dynamic provider hands them on: the door is among them, and it puts it back itself. */
export type WithDoor<T> = T & { readonly __provider?: unknown };

/** The properties that are meant. */
export function withoutDoor<T>(properties: WithDoor<T>): T {
  const rest = { ...properties };
  delete (rest as { __provider?: unknown }).__provider;
  return rest;
}
