// A message to the person at the terminal, through the engine.

/** Shows `message` as an error of the stack; does nothing without an engine. */
export async function logError(sdk, engineAddress, message) {
  if (!engineAddress) return;
  const { EngineClient, LogRequest, LogSeverity } = sdk.engine;
  const client = new EngineClient(engineAddress, sdk.grpc.credentials.createInsecure());
  const request = new LogRequest().setSeverity(LogSeverity.ERROR).setMessage(message);
  try {
    await new Promise((resolve, reject) => client.log(request, (error) => (error ? reject(error) : resolve())));
  } finally {
    client.close();
  }
}
