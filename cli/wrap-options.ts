/** What `wrap` and `unwrap` have in common: where they look, and how they fail. */
import { homedir } from 'node:os';
import process from 'node:process';
import { InvalidArgumentError, Option } from 'commander';
import { HOST_IDS, type HostId, type Places, WrapFault } from '../tap/wrap/index.ts';
import { systemCode, systemReason, UserError } from './error.ts';

/** May be given again: its value is the list of all hosts that were named. */
export function hostOption(): Option {
  return new Option('--host <host>', 'only this host; again for each further one')
    .choices(HOST_IDS)
    .argParser(hostsOf);
}

function hostsOf(text: string, before: readonly HostId[] = []): HostId[] {
  const host = HOST_IDS.find((id) => id === text);
  if (host) return [...new Set([...before, host])];
  throw new InvalidArgumentError(`Allowed choices are ${HOST_IDS.join(', ')}.`);
}

/** What the table of hosts depends on, here and now. */
export function placesHere(): Places {
  const { platform, env } = process;
  return { platform, environment: env, home: homedir(), folder: process.cwd() };
}

/** The action with the faults of configurations told like every wrong environment. */
export function reported<Given extends unknown[]>(
  action: (...given: Given) => Promise<void>,
): (...given: Given) => Promise<void> {
  return async (...given) => {
    try {
      await action(...given);
    } catch (error) {
      if (error instanceof WrapFault) throw new UserError(error.code, error.message, error.hint);
      // Configurations have faults of their own; what the system refuses then is the state folder.
      const isTold = error instanceof Error && 'hint' in error;
      if (isTold || systemCode(error) === undefined) throw error;
      throw new UserError(
        'unwritable-folder',
        `The state folder cannot be written: ${systemReason(error)}.`,
        'Name another one with --state DIR.',
      );
    }
  };
}
