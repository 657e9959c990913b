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

/** Throws WrapFault when a server that was named can be wrapped nowhere. */
export function checkWrappable(servers: readonly FoundServer[], names: readonly string[]): void {
  for (const name of names) {
    const own = servers.filter((server) => server.name === name);
    const [first] = own;
    if (first?.obstacle === undefined || own.some(({ obstacle }) => obstacle === undefined))
      continue;
    const hint = first.kind === 'remote' ? REMOTE_HINT : 'wiretape wrap lists what can be wrapped.';
    throw new WrapFault(
      'cannot-wrap',
      `${name} in ${first.host.name} cannot be wrapped: ${first.obstacle}.`,
      hint,
    );
  }
}

const REMOTE_HINT = 'Only servers that a host starts by a command can be wrapped.';
