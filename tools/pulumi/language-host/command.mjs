// What is run for a program: the argument vector and the environment. Pure.

/** The argument vector for Node: its own options, the SDK's runner with what it must know, then the program and its arguments. */
export function programArguments({ request, runPath, engineAddress, nodeargs }) {
  const info = request.getInfo();
  const flags = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engineAddress ?? ""],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", info.getRootDirectory()],
    ["stack", request.getStack()],
    ["pwd", info.getProgramDirectory()],
    ["parallel", String(request.getParallel())],
  ];
  return [
    ...nodeargs,
    runPath,
    ...flags.flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info.getEntryPoint() || ".",
    ...request.getArgsList(),
  ];
}

/** The program's environment: the host's own, the stack's configuration, and the SDK's switches. */
export function programEnvironment({ request, options, environment }) {
  const config = Object.fromEntries(
    request
      .getConfigMap()
      .toObject()
      .map(([key, value]) => [oldKey(key), value]),
  );
  return {
    ...environment,
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(options.tsconfig === "" ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

/** `namespace:name` goes to the SDK in its older form `namespace:config:name`, as the official host sends it. */
function oldKey(key) {
  const parts = key.split(":");
  return parts.length === 2 ? `${parts[0]}:config:${parts[1]}` : key;
}
