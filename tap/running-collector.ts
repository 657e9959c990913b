/** The collector that runs for a state folder, as it says of itself there. */
import { readFileSync } from 'node:fs';
import { isObject, parseJson } from '../model/json.ts';
import { type Owner, statePaths } from '../model/state.ts';
import { isRunning } from './owner.ts';

export interface Running extends Owner {
  readonly address: string;
  readonly version: string;
}

/** Undefined where none runs; throws the error of the system where that may not be read. */
export function runningCollector(state: string): Running | undefined {
  const parsed = parseJson(readFileSync(statePaths(state).collector, 'utf8'));
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const { pid, started, address, version } = parsed.value;
  if (typeof pid !== 'number' || typeof address !== 'string' || !isHere(address)) return undefined;
  const running = { pid, started: String(started), address, version: String(version) };
  return isRunning(running) ? running : undefined;
}

/** Only addresses of this machine are ever opened or asked. */
export function isHere(address: string): boolean {
  return /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(address);
}

/** Where none runs, or nobody can tell, there is no address. */
export function collectorAddress(state: string): string | undefined {
  try {
    return runningCollector(state)?.address;
  } catch {
    return undefined;
  }
}
