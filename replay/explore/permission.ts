/** What a server may be asked in an exploration: reads; writes where its user said so, others by name. */
import { deedOf } from '../../analysis/footprint/verbs.ts';
import { member } from '../../model/json.ts';
import type { Numbered } from './operations.ts';
import { ExploreRefusal } from './refusal.ts';
import type { ExplorableServer, Servers } from './servers.ts';

/** Throws an ExploreRefusal for the first operation that its server may not be asked for. */
export function refuseForbidden(
  operations: readonly Numbered[],
  servers: Servers,
  file: string,
): void {
  for (const { source, operation } of operations) {
    const { name } = source.session;
    const server = servers.get(name);
    if (!server) {
      throw new ExploreRefusal(
        'not-explorable',
        `${name} is not named as explorable.`,
        `Describe it in ${file}, with "explorable": true; wiretape explore --write-servers ${file} begins such a file.`,
      );
    }
    if (operation.call.method !== 'tools/call') continue;
    refuseTool({ server, tool: operation.tool, definition: operation.definition, file });
  }
}

interface Asked {
  readonly server: ExplorableServer;
  readonly tool: string;
  readonly definition: unknown;
  readonly file: string;
}

function refuseTool({ server, tool, definition, file }: Asked): void {
  if (server.allow.has(tool)) return;
  const hint = (name: string): unknown => member(definition, 'annotations', name);
  const allow = `If that is harmless there, add "allow": ["${tool}"] to ${server.name} in ${file}.`;
  const refuse = (what: string, how: string): never => {
    throw new ExploreRefusal('tool-refused', `${tool} of ${server.name} ${what}.`, how);
  };
  if (hint('openWorldHint') === true && !isRead(tool, definition)) {
    refuse('reaches outside of its server (openWorldHint)', allow);
  }
  if (isRead(tool, definition)) return;
  if (!server.write) {
    const how = `If it may, add "write": true to ${server.name} in ${file}.`;
    refuse('may write, and nothing says that it may here', how);
  }
  if (hint('destructiveHint') === true) refuse('may destroy something (destructiveHint)', allow);
}

/** Called read-only by its server, or by its name where the server does not say otherwise. */
function isRead(tool: string, definition: unknown): boolean {
  const { kind } = deedOf(tool, definition);
  const isCalledSo = member(definition, 'annotations', 'readOnlyHint') === true;
  return isCalledSo || kind === 'R' || kind === 'L';
}
