/**
 * Other servers for the demo's scenarios, named in a JSON file: `{"a": {"command": […], "around": […]}}`
 * by connection, and `explored` where what it loses is to be proved. Tests play them with corrected servers, with stand-ins, and with captures around.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { member, parseJson } from '../../model/json.ts';
import { UserError } from '../error.ts';
import type { DemoServers } from './servers.ts';

/** The servers of the file; in their words `{folder}` stands for the folder of the scenario. */
export function givenServers(file: string): DemoServers {
  const parsed = parseJson(readFileSync(file, 'utf8'));
  const given = parsed.ok ? parsed.value : undefined;
  const words = (connection: string, name: string, folder: string): string[] => {
    const value = member(given, connection, name);
    return Array.isArray(value)
      ? value.map((word) => String(word).replaceAll('{folder}', folder))
      : [];
  };
  return {
    title: `servers of ${file}`,
    sdk: fileURLToPath(import.meta.url),
    serverOf({ id }, folder) {
      const command = words(id, 'command', folder);
      const explored = words(id, 'explored', folder);
      if (command.length > 0) {
        const more = explored.length > 0 ? { explored } : {};
        return { command, around: words(id, 'around', folder), ...more };
      }
      throw new UserError(
        'wrong-usage',
        `${file} has no command for ${id}.`,
        'It names one for a, b1, b2 and c.',
      );
    },
  };
}
