/**
 * What the demo does: three scenarios, each with its own workflow name, so that the page shows
 * three runs. Only what clients ask stands here; nothing knows what servers make of it.
 */

/** One request that a host makes of its server. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** One host process with one client, which has one server. `id` names it among all of the demo. */
export interface Connection {
  readonly id: string;
  readonly server: 'memory' | 'filesystem';
}

/** `variable`: the environment variable through which the server is told of it. */
export interface ScenarioFile {
  readonly name: string;
  readonly text?: string;
  readonly variable?: string;
}

export interface Scenario {
  readonly key: 'A' | 'B' | 'C';
  readonly title: string;
  readonly workflow: string;
  readonly connections: readonly Connection[];
  /**
   * Rounds, one after the other. In a round each connection makes its calls, all at once; the next
   * round begins when all are answered. So hosts with one call a round are each strictly in order.
   */
  readonly rounds: readonly (readonly (readonly ToolCall[])[])[];
  /** The tool whose effects are counted, and the one that reads them in the end. */
  readonly write: string;
  readonly read: string;
  /** The file in the folder of the scenario that all of them work on, and what stands in it first. */
  readonly file: ScenarioFile;
}

const READ_GRAPH: ToolCall = { name: 'read_graph', arguments: {} };

export const SCENARIOS: readonly Scenario[] = [
  {
    key: 'A',
    title: 'one client, 20 overlapping create_entities',
    workflow: 'demo A: one client, overlapping writes',
    connections: [{ id: 'a', server: 'memory' }],
    rounds: [[numbers(20).map((number) => createEntity(`note-${number}`))], [[READ_GRAPH]]],
    write: 'create_entities',
    read: 'read_graph',
    file: { name: 'memory.jsonl', variable: 'MEMORY_FILE_PATH' },
  },
  {
    key: 'B',
    title: 'two hosts, one memory file, each in order',
    workflow: 'demo B: two hosts, one memory file',
    connections: [
      { id: 'b1', server: 'memory' },
      { id: 'b2', server: 'memory' },
    ],
    rounds: [
      ...numbers(10).map((number) => [
        [createEntity(`left-${number}`)],
        [createEntity(`right-${number}`)],
      ]),
      [[READ_GRAPH], []],
    ],
    write: 'create_entities',
    read: 'read_graph',
    file: { name: 'memory.jsonl', text: memoryInUse(), variable: 'MEMORY_FILE_PATH' },
  },
  {
    key: 'C',
    title: 'one client, 10 overlapping edit_file',
    workflow: 'demo C: one client, overlapping edits',
    connections: [{ id: 'c', server: 'filesystem' }],
    rounds: [
      [numbers(10).map((number) => edit(`task ${number}: open`, `task ${number}: done`))],
      [[{ name: 'read_text_file', arguments: { path: 'tasks.md' } }]],
    ],
    write: 'edit_file',
    read: 'read_text_file',
    file: {
      name: 'tasks.md',
      text: numbers(10)
        .map((number) => `task ${number}: open\n`)
        .join(''),
    },
  },
];

/** `01`, `02` …: none is part of another. */
function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, at) => String(at + 1).padStart(2, '0'));
}

function createEntity(name: string): ToolCall {
  const entity = { name, entityType: 'note', observations: [`written as ${name}`] };
  return { name: 'create_entities', arguments: { entities: [entity] } };
}

/** A memory that was used before: a server needs longer to read and write it than an empty one. */
function memoryInUse(): string {
  const entities = Array.from({ length: 200 }, (_, at) => {
    const name = `earlier-${String(at + 1).padStart(3, '0')}`;
    const observations = ['noted before the demo'];
    return JSON.stringify({ type: 'entity', name, entityType: 'note', observations });
  });
  return entities.join('\n');
}

/** Each edit changes a line of its own. */
function edit(oldText: string, newText: string): ToolCall {
  return { name: 'edit_file', arguments: { path: 'tasks.md', edits: [{ oldText, newText }] } };
}
