/**
 * Where our own configuration may be: in the state folder, for everything of its user, and in the
 * folder in which a command or a program runs, for a project. Most people have neither.
 */
import { lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { codeOf } from '../model/error-code.ts';

export const CONFIG_NAME = 'wiretape.config.jsonc';

export interface ConfigPlace {
  readonly path: string;
  /** In the state folder: nobody but its user writes there. */
  readonly isUsers: boolean;
}

/** Those for what this process does; its folder may have been deleted under it. */
export function configsHere(state: string): ConfigPlace[] {
  return configsAt(state, workingFolder() ?? state);
}

/** Where this process is; undefined when its folder is gone. */
export function workingFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** The configurations that are there, that of the user first. */
export function configsAt(state: string, folder: string): ConfigPlace[] {
  const users = join(resolve(state), CONFIG_NAME);
  const projects = join(resolve(folder), CONFIG_NAME);
  const places = [
    { path: users, isUsers: true },
    ...(projects === users ? [] : [{ path: projects, isUsers: false }]),
  ];
  return places.filter(({ path }) => isThere(path));
}

/** What leads nowhere or may not be looked at is there: somebody meant it to be read. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // What stands in the place of the folder is no folder.
    return codeOf(error) !== 'ENOTDIR';
  }
}
