/** Recordings to look at: what runs look like when several servers work, writes get lost, and peers are hostile. */
import type { Entry } from '../../model/entry.ts';
import {
  client,
  exit,
  opening,
  type Step,
  server,
  stderr,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';

interface Call {
  readonly tool: string;
  readonly args?: object;
  /** ms since the session began, and how many it takes; without `takes` it is never answered. */
  readonly at: number;
  readonly takes?: number;
  readonly fails?: boolean;
  readonly text?: string;
}

const HOST = { pid: 4711, started: '100', name: 'claude-desktop' };

/** The messages of calls that may overlap, in the order in which they crossed. */
export function overlapping(calls: readonly Call[], firstId = 10): Step[] {
  const steps = calls.flatMap((call, index): Step[] => {
    const id = firstId + index;
    const asked = client(toolCall(id, call.tool, call.args), { at: call.at * 1000 });
    if (call.takes === undefined) return [asked];
    const result = call.fails
      ? {
          id,
          result: { isError: true, content: [{ type: 'text', text: call.text ?? 'not found' }] },
        }
      : toolText(id, call.text ?? 'ok');
    return [asked, server(result, { at: (call.at + call.takes) * 1000 })];
  });
  return steps.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
}

/** One host, four servers, five seconds. */
export function releaseNotes(): Entry[] {
  const head = { host: HOST, workflow: 'draft release notes' };
  const hello = (name: string, more: Parameters<typeof opening>[0] = {}): Step[] =>
    opening({ client: 'claude-desktop', server: name, ...more });
  return [
    ...tape(
      'github',
      [
        ...hello('github'),
        ...overlapping([
          {
            tool: 'get_commits',
            at: 1860,
            takes: 226,
            args: { repo: 'acme/app', since: 'v2.3.0' },
          },
          { tool: 'create_release', at: 2120, takes: 318, args: { tag: 'v2.4.0' } },
          { tool: 'list_pulls', at: 400, takes: 120 },
          { tool: 'get_pull', at: 620, takes: 90 },
          { tool: 'get_pull', at: 640, takes: 260 },
          { tool: 'get_commits', at: 3300, takes: 140 },
        ]),
      ],
      { head },
    ),
    ...tape(
      'jira',
      [
        ...hello('jira', { revision: '2025-06-18', capabilities: { sampling: {} } }),
        ...overlapping([
          { tool: 'search_issues', at: 900, takes: 300 },
          {
            tool: 'update_issue',
            at: 2210,
            takes: 363,
            args: { key: 'REL-214', status: 'Released', points: 5 },
          },
          {
            tool: 'get_issue',
            at: 2635,
            takes: 138,
            fails: true,
            text: 'issue REL-999 does not exist',
          },
        ]),
        server(
          { id: 's1', method: 'sampling/createMessage', params: { messages: [] } },
          { at: 3_000_000 },
        ),
        client(
          { id: 's1', result: { role: 'assistant', content: { type: 'text', text: 'x' } } },
          { at: 3_400_000 },
        ),
      ],
      { head, start: 5_012_000 },
    ),
    ...tape(
      'memory',
      [
        ...hello('memory'),
        ...overlapping([
          { tool: 'read_graph', at: 1950, takes: 136 },
          { tool: 'add_observations', at: 2620, takes: 181 },
          { tool: 'search_nodes', at: 3500, takes: 50 },
        ]),
      ],
      { head, start: 5_020_000 },
    ),
    ...tape(
      'filesystem',
      [
        ...hello('filesystem'),
        ...overlapping([
          { tool: 'list_directory', at: 2030, takes: 88 },
          { tool: 'write_file', at: 2150, takes: 227, args: { path: '/docs/CHANGELOG.md' } },
          { tool: 'read_file', at: 2423, takes: 256, args: { path: '/docs/CHANGELOG.md' } },
          { tool: 'slow_index', at: 3600 },
        ]),
        stderr('warning: index is large', { at: 4_000_000 }),
      ],
      { head, start: 5_024_000 },
    ),
  ];
}

/** Twenty overlapping writes of which one stays, and the read that shows it. */
export function lostUpdates(): Entry[] {
  const entity = (index: number): object => ({
    name: `entity-${index}`,
    entityType: 'thing',
    observations: [`seen ${index}`],
  });
  const text = JSON.stringify({ entities: [entity(19)], relations: [] });
  const calls = Array.from(
    { length: 20 },
    (_, index): Call => ({
      tool: 'create_entities',
      args: { entities: [entity(index)] },
      at: 100 + index,
      takes: 40 + ((index * 7) % 13),
      text: JSON.stringify([entity(index)]),
    }),
  );
  const head = { workflow: 'demo A', host: { ...HOST, pid: 99, name: 'demo' } };
  return tape(
    'memory',
    [
      ...opening({ client: 'demo', server: 'memory-server' }),
      client({ id: 'list', method: 'tools/list' }, { at: 20_000 }),
      server(
        {
          id: 'list',
          result: {
            tools: [
              { name: 'create_entities', inputSchema: { type: 'object' } },
              { name: 'read_graph', inputSchema: { type: 'object' } },
            ],
          },
        },
        { at: 24_000 },
      ),
      ...overlapping([...calls, { tool: 'read_graph', at: 220, takes: 6, text }]),
      exit(0),
    ],
    { id: '01DEMOA0000000000000000000', head, start: 70_000_000, wall: '2026-11-22T09:10:00.000Z' },
  );
}

export const NASTY =
  '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>\u202Egnp.exe\u202C \u001b[31mred\u001b[0m zero\u200Bwidth {{x}} javascript:alert(1)';

/** A server whose every word is an attack on whoever shows it. */
export function hostile(): Entry[] {
  const head = {
    workflow: `flow ${NASTY}`,
    host: { pid: 66, started: '1', name: `host ${NASTY}` },
  };
  return tape(
    `server ${NASTY}`,
    [
      ...opening({ client: `client ${NASTY}`, server: `server ${NASTY}` }),
      client({ id: 'list', method: 'tools/list' }),
      server({
        id: 'list',
        result: {
          tools: [{ name: `tool ${NASTY}`, description: NASTY, inputSchema: { type: 'object' } }],
        },
      }),
      client(toolCall(NASTY, `tool ${NASTY}`, { [NASTY]: NASTY, __proto__: NASTY })),
      server({ id: NASTY, result: { isError: true, content: [{ type: 'text', text: NASTY }] } }),
      server({ method: `notifications/${NASTY}`, params: {} }),
      server(`not json ${NASTY}`),
      stderr(NASTY),
      exit(1),
    ],
    {
      id: '01NASTY0000000000000000000',
      head,
      start: 200_000_000,
      wall: '2026-11-22T09:20:00.000Z',
    },
  );
}

/** As many calls as asked for, eight at a time, on one server. */
export function many(count: number): Entry[] {
  const steps: Step[] = [...opening({ client: 'load', server: 'busy' })];
  for (let call = 0; call < count; call++) {
    const id = call + 1;
    steps.push(client(toolCall(id, `tool_${call % 7}`, {}), { at: 10_000 + call * 100 }));
    if (call >= 8) steps.push(server(answer(id - 8), { at: 10_050 + call * 100 }));
  }
  const head = { workflow: 'load', host: { pid: 7, started: '1', name: 'load' } };
  return tape('busy', steps, { id: '01BVSY00000000000000000000', head, start: 900_000_000 });
}

function answer(id: number) {
  if (id % 50 === 0) return { id, error: { code: -32000, message: 'too much' } };
  return toolText(id, 'ok');
}
