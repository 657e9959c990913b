/** A host without an SDK, so that tests see each message of each server in the moment it comes. */
import { isObject } from '../../../model/json.ts';
import type { StandIns, StandInTransport } from '../../../replay/index.ts';

export interface Host {
  /** What came, as `server: what`, in the order in which it came over all servers. */
  readonly heard: readonly string[];
  open(name: string): Promise<void>;
  say(name: string, message: object): Promise<void>;
  /** Resolves once this was heard so often. */
  hears(what: string, times?: number): Promise<void>;
  close(name: string): Promise<void>;
}

export function hostOf(servers: Pick<StandIns, 'transport'>): Host {
  const heard: string[] = [];
  const transports = new Map<string, StandInTransport>();
  const looks = new Set<() => void>();
  const note = (what: string): void => {
    heard.push(what);
    for (const look of looks) look();
  };
  const transport = (name: string): StandInTransport => {
    const found = transports.get(name);
    if (!found) throw new Error(`${name} is not open`);
    return found;
  };
  return {
    heard,
    async open(name) {
      const opened = servers.transport(name);
      transports.set(name, opened);
      opened.onmessage = (message) => note(`${name}: ${gistOf(message)}`);
      opened.onclose = () => note(`${name}: closed`);
      await opened.start();
    },
    say: (name, message) => transport(name).send({ jsonrpc: '2.0', ...message }),
    hears: (what, times = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (heard.filter((one) => one === what).length < times) return;
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
      }),
    close: (name) => transport(name).close(),
  };
}

/** A method, or the text of an answer; an error is its message. */
export function gistOf(message: unknown): string {
  if (!isObject(message)) return String(message);
  const { method, params, result, error } = message;
  if (typeof method === 'string') {
    return isObject(params) && typeof params['data'] === 'string' ? params['data'] : method;
  }
  if (isObject(error)) return String(error['message']);
  const content = isObject(result) ? result['content'] : undefined;
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  return isObject(first) ? String(first['text']) : 'answer';
}
