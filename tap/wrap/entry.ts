/**
 * What a launcher loads: the tap of one server, with no command line around it.
 * Launchers outlive versions, so the name of this file and the shape of `start` stay as they are.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { packageAround } from '../package.ts';
import { type Ended, tapStdio } from '../stdio.ts';

export interface Launched {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly state: string;
  /** What names its entry; launchers of earlier versions give none. */
  readonly entry?: string;
}

/** Runs a server behind a tap on the standard streams of this process, until it has ended. */
export function start({ name, command, args, state, entry }: Launched): Promise<Ended> {
  const version = packageAround(fileURLToPath(import.meta.url))?.version ?? '0.0.0';
  const environment = process.env;
  const known = entry === undefined ? {} : { entry };
  return tapStdio({ name, command, args, state, environment, version, ...known });
}
