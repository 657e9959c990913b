/**
 * A world: hosts with their clients, servers with what they hold, and the taps between them, on one
 * simulated clock. What happened in it is its recording.
 */
import type { Entry, Host } from '../../model/entry.ts';
import { type Act, begin, type Chance, type Clock, chance, simulatedClock } from './acts.ts';
import { type Asking, type Client, createClient, inTrace } from './client.ts';
import { DIALECTS, type Dialect, dialectOf, HELD_OUT, type ModelName } from './dialects.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { appendList } from './models/append-list.ts';
import { counter } from './models/counter.ts';
import { fileTree } from './models/file-tree.ts';
import { keyValue } from './models/key-value.ts';
import { mailbox } from './models/mailbox.ts';
import type { Args, Json, Model } from './models/model.ts';
import { rows } from './models/rows.ts';
import { tickets } from './models/tickets.ts';
import { type Ablation, type Format, type Offered, offer } from './server.ts';
import { createStore, type Store, type Working } from './store.ts';
import { httpLine } from './wire/http-line.ts';
import { stdioLine } from './wire/line.ts';
import { type Implementation, MODERN, type Revision } from './wire/messages.ts';
import { createRecorder, type Recorder, type SessionFacts } from './wire/recorder.ts';
import { type Words, words } from './words.ts';

export const MODELS: Readonly<Record<ModelName, Model>> = {
  keyValue,
  fileTree,
  counter,
  appendList,
  tickets,
  mailbox,
  rows,
};

export interface Setting {
  readonly seed: number;
  readonly revision: Revision;
  readonly transport: 'stdio' | 'http';
  /** Servers speak the dialect that no rule has seen. */
  readonly heldOut?: boolean;
  readonly ablation?: Ablation;
}

/** A host with the name of its client. */
export interface Someone {
  readonly host: Host;
  readonly client: Implementation;
}

/** A server that can be connected to: over stdio each connection has a process of its own. */
export interface Place {
  readonly model: ModelName;
  readonly dialect: Dialect;
  readonly store: Store;
  readonly working: Working & { racing?: NonNullable<Working['racing']> };
  readonly offered: Offered;
  readonly format: Format;
  readonly info: Implementation;
  /** What a process of it is started with. */
  readonly env: Record<string, string>;
  /** The endpoint of the next process, or of all over HTTP. */
  endpoint(): Endpoint;
  /** Those there are. */
  readonly endpoints: readonly Endpoint[];
  /** What is done to each endpoint before it hears anything. */
  readonly prepare: ((endpoint: Endpoint) => void)[];
}

export interface World {
  readonly setting: Setting;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly words: Words;
  readonly hosts: readonly [Someone, Someone];
  place(model: ModelName, options?: PlaceOptions): Place;
  connect(place: Place, who: Someone, options?: ConnectOptions): Client;
  /** The `_meta` of the requests of one agent's turn. */
  thread(): Asking;
  start(act: Act): void;
  /** Runs until nothing waits, then closes all lines. */
  finish(): Entry[];
}

export interface PlaceOptions {
  readonly holds?: Iterable<readonly [string, Json]>;
  readonly format?: Format;
  /** Over HTTP: every answer is a stream, which may bring more than one message. */
  readonly streams?: true;
  readonly info?: Partial<Implementation>;
  readonly dialect?: Dialect;
}

export interface ConnectOptions {
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly capabilities?: object;
  /** The fingerprint of the credential that the server is asked with. */
  readonly credential?: string;
}

const START = 11_685_212_480;
const CLIENTS = ['claude-code', 'cursor-vscode', 'codex-mcp-client', 'gemini-cli-mcp-client'];

export function createWorld(setting: Setting): World {
  const root = chance(setting.seed);
  const clock = simulatedClock(START + root.below(1_000_000));
  const boot = `1339349d-fa4c-43e5-bb27-${root.between(1e11, 9e11).toString(16).padStart(12, '0')}`;
  const recorders: Recorder[] = [];
  const closing: (() => void)[] = [];
  // Most hosts say nothing of which agent asks; then a thread is a connection.
  const isTraced = root.oneIn(2);
  const facts: Ground = { setting, clock, root, spoken: new Set() };
  const styles = new Map<Place, boolean>();
  return {
    setting,
    clock,
    chance: root.fork('agents'),
    words: words(root.fork('words')),
    hosts: [someone(root, 0), someone(root, 1)],
    place(model, options = {}) {
      const made = placeOf(model, options, facts);
      styles.set(made, options.streams ?? (setting.revision !== MODERN && root.oneIn(2)));
      return made;
    },
    connect(place, who, options = {}) {
      const own = root.fork(`line ${recorders.length}`);
      const name = options.name ?? place.dialect.server;
      const recorder = createRecorder(
        sessionOf(name, place, who, options, boot, setting),
        clock,
        own,
      );
      recorders.push(recorder);
      const parts = { clock, chance: own, recorder, server: place.endpoint() };
      const { revision, transport } = setting;
      const style = {
        revision,
        streams: styles.get(place) === true,
        resumable: setting.revision !== MODERN && own.oneIn(3),
        ...(options.credential
          ? { authorization: `Bearer <secret:header:${options.credential}>` }
          : {}),
      };
      const line = transport === 'stdio' ? stdioLine(parts) : httpLine(parts, style);
      closing.push(() => line.close());
      const { capabilities } = options;
      return createClient({
        ...{ clock, chance: own, line, session: recorder.session, revision, info: who.client },
        wording: (tool, args: Args) => place.offered.wording(tool, args),
        ...(capabilities ? { capabilities } : {}),
      });
    },
    thread: () => (isTraced ? inTrace(`00-${hex(root, 32)}-${hex(root, 16)}-01`) : {}),
    start: (act) => begin(act),
    finish() {
      clock.run();
      clock.after(200_000, () => {
        for (const close of closing) close();
      });
      clock.run();
      return recorders.flatMap((recorder) => recorder.entries());
    },
  };
}

interface Ground {
  readonly setting: Setting;
  readonly clock: Clock;
  readonly root: Chance;
  /** Models with their dialects: two servers of one host that speak alike are a fault of their own. */
  readonly spoken: Set<string>;
}

function freeDialect(model: ModelName, { setting, root, spoken }: Ground): Dialect {
  const first = setting.heldOut ? HELD_OUT : root.below(DIALECTS);
  const order = [
    first,
    ...Array.from({ length: DIALECTS }, (_, at) => (first + at + 1) % DIALECTS),
  ];
  const free = order.find((number) => !spoken.has(`${model} ${number}`)) ?? first;
  spoken.add(`${model} ${free}`);
  return dialectOf(model, free);
}

function placeOf(model: ModelName, options: PlaceOptions, ground: Ground): Place {
  const { setting, clock, root } = ground;
  const own = root.fork(`place ${root.below(1e9)}`);
  const dialect = options.dialect ?? freeDialect(model, ground);
  const format =
    options.format ?? root.pick(['words', 'json', 'structured', 'structured'] as const);
  const store = createStore(options.holds);
  const working = { clock, chance: own, mint: () => hex(own, 6) };
  const manner = { dialect, format, ablation: setting.ablation ?? {} };
  const offered = offer(MODELS[model], store, manner, working);
  const version = `${own.between(0, 3)}.${own.between(0, 20)}.${own.between(0, 9)}`;
  const info = { name: dialect.server, version, ...options.info };
  const prepare: ((endpoint: Endpoint) => void)[] = [];
  const endpoints: Endpoint[] = [];
  let shared: Endpoint | undefined;
  const made = (): Endpoint => {
    const endpoint = createEndpoint({ clock, chance: own, info, revision: setting.revision });
    for (const tool of offered.tools) endpoint.tools.set(tool.definition.name, tool);
    for (const change of prepare) change(endpoint);
    endpoints.push(endpoint);
    return endpoint;
  };
  return {
    ...{ model, dialect, store, working, offered, format, info, prepare, endpoints },
    env: { [dialect.place]: `#${hex(own, 8)}` },
    endpoint() {
      if (setting.transport === 'stdio') return made();
      shared ??= made();
      return shared;
    },
  };
}

function sessionOf(
  name: string,
  place: Place,
  who: Someone,
  { env, credential }: ConnectOptions,
  boot: string,
  { transport }: Setting,
): SessionFacts {
  const { info } = place;
  const head =
    transport === 'stdio'
      ? {
          launch: {
            command: 'npx',
            args: ['-y', `${info.name}@${info.version}`],
            package: { name: info.name, version: info.version },
            env: { ...place.env, ...env, ...(credential ? { API_TOKEN: `#${credential}` } : {}) },
          },
        }
      : { transport: 'http' as const, upstream: `http://127.0.0.1:${portOf(place)}/mcp` };
  return { name, boot, head: { ...head, host: who.host } };
}

/** A port of a place, always the same one. */
function portOf({ env }: Place): number {
  const [hash = '#0'] = Object.values(env);
  return 20_000 + (Number.parseInt(hash.slice(1), 16) % 40_000);
}

function someone(root: Chance, number: number): Someone {
  const name = root.pick(CLIENTS);
  return {
    host: { pid: 4100 + number, started: String(root.between(1e6, 9e6)), name },
    client: { name, version: `1.${root.below(20)}.0` },
  };
}

export function hex(chance: Chance, digits: number): string {
  return Array.from({ length: digits }, () => chance.below(16).toString(16)).join('');
}
