/** Which servers a command means, by their names and hosts. */
import { WrapFault } from './fault.ts';
import type { FoundServer, Survey } from './survey.ts';

/** The servers of these names; of all names when there are none. Throws WrapFault on a name that is nowhere. */
export function chosenServers(
  { servers, faults }: Pick<Survey, 'servers' | 'faults'>,
  names: readonly string[],
  isWhat: 'configured' | 'wrapped' = 'configured',
): FoundServer[] {
  const missing = names.find((name) => !servers.some((server) => server.name === name));
  if (missing === undefined) {
    return servers.filter(({ name }) => names.length === 0 || names.includes(name));
  }
  // It may stand in the very file that could not be read.
  const [fault] = faults;
  if (fault) throw fault;
  throw new WrapFault(
    'unknown-server',
    `No server ${missing} is ${isWhat}.`,
    'wiretape wrap lists those that there are.',
  );
}

/** Why a server cannot be wrapped, or undefined when it can: remote ones only when that is wanted. */
export function hindrance(server: FoundServer, remote: boolean): string | undefined {
  return remote && server.kind === 'remote' ? server.bridgeObstacle : server.obstacle;
}

/** Throws WrapFault when a server that was named can be wrapped nowhere. */
export function checkWrappable(
  servers: readonly FoundServer[],
  names: readonly string[],
  remote: boolean,
): void {
  for (const name of names) {
    const own = servers.filter((server) => server.name === name);
    const [first] = own;
    if (!first || own.some((server) => hindrance(server, remote) === undefined)) continue;
    const canBridge = !remote && own.some((server) => hindrance(server, true) === undefined);
    throw new WrapFault(
      'cannot-wrap',
      `${name} in ${first.host.name} cannot be wrapped: ${hindrance(first, remote)}.`,
      canBridge ? '--remote puts a bridge in its place.' : 'docs/wrap.md says what can be wrapped.',
    );
  }
}
