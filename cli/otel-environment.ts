/** The environment of OpenTelemetry, as it stands around a command. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Those of its variables that are read. An empty one counts as one that is not set. */
export function settingsIn(
  environment: Environment,
  isRead: (name: string) => boolean,
): Record<string, string> {
  const own = Object.entries(environment).filter(
    (one): one is [string, string] => isRead(one[0]) && Boolean(one[1]?.trim()),
  );
  return Object.fromEntries(own);
}
