/**
 * The environment of a job: that of the process that starts it, without what is the engine's (the passphrase of the stack, the stack's configuration)
 * and without the credentials of the cloud. A job outlives the engine, and asks no cloud.
 */
export function jobEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(PULUMI|OS)_/.test(name)));
}
