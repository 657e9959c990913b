/**
 * A thread beside the collector, as the collector has it: started by the first order, and anew by the
 * next one after it broke. The other side is answerOrders.
 */
import { parentPort, type TransferListItem, Worker } from 'node:worker_threads';

/** Nobody knows how far what was asked has come; a thread that is started anew can be asked again. */
export class ThreadLost extends Error {}

export interface Thread<Order, Given> {
  tell(order: Order): void;
  /** Rejects when the work failed; with a ThreadLost when the thread broke. `transfer`: what it takes over, uncopied. */
  ask(order: Order, transfer?: readonly TransferListItem[]): Promise<Given>;
  /** Whoever still waits is told that the collector is closed. */
  close(): Promise<void>;
}

interface Asked<Order> {
  readonly order: Order;
  readonly ask?: number;
}

interface Said<Given> {
  readonly ask: number;
  readonly given?: Given;
  /** The stack of a fault of ours. */
  readonly fault?: string;
}

interface ThreadOptions<Remark> {
  readonly data?: unknown;
  readonly lost?: () => void;
  readonly heard?: (remark: Remark) => void;
}

interface Waiting<Given> {
  readonly resolve: (given: Given) => void;
  readonly reject: (error: Error) => void;
}

/**
 * `file`: the program of the thread, from this folder, without its ending; `data`: given to it when it
 * starts; `lost`: called when what it held is gone; `heard`: called with what it says unasked.
 */
export function createThread<Order, Given, Remark = never>(
  file: string,
  { data, lost = () => {}, heard = () => {} }: ThreadOptions<Remark> = {},
): Thread<Order, Given> {
  const waiting = new Map<number, Waiting<Given>>();
  let worker: Worker | undefined;
  let asks = 0;
  let isClosed = false;

  const broken = ({ message }: Error): void => {
    worker = undefined;
    lost();
    for (const { reject } of waiting.values()) reject(new ThreadLost(message));
    waiting.clear();
  };
  const hear = (said: Said<Given> | { readonly remark: Remark }): void => {
    if ('remark' in said) {
      heard(said.remark);
      return;
    }
    const { ask, given, fault } = said;
    const one = waiting.get(ask);
    waiting.delete(ask);
    if (fault === undefined) one?.resolve(given as Given);
    else one?.reject(new Error(`The ${file} failed: ${fault}`));
  };
  const post = (asked: Asked<Order>, transfer: readonly TransferListItem[] = []): void => {
    worker ??= startWorker(file, data).on('message', hear).on('error', broken);
    worker.postMessage(asked, transfer);
  };
  return {
    tell(order) {
      if (!isClosed) post({ order });
    },
    async ask(order, transfer) {
      // Whoever goes on meanwhile starts no other thread, which nobody would end.
      if (isClosed) throw closed();
      const ask = asks++;
      const given = new Promise<Given>((resolve, reject) => {
        waiting.set(ask, { resolve, reject });
      });
      post({ order, ask }, transfer);
      return given;
    },
    async close() {
      isClosed = true;
      const own = worker;
      broken(closed());
      await own?.terminate();
    },
  };
}

function closed(): Error {
  return new Error('The collector is closed.');
}

/** From the sources the thread is the built one, since Node has no loader for ours in a thread. */
function startWorker(file: string, workerData: unknown): Worker {
  const place = import.meta.url.endsWith('.ts') ? '../dist/collector' : '.';
  const worker = new Worker(new URL(`${place}/${file}.js`, import.meta.url), { workerData });
  worker.unref();
  return worker;
}

/**
 * Inside a thread: does what it is told, and says what it is asked for, once it is done. `moved`: what
 * of it goes over uncopied.
 */
export function answerOrders<Order, Given>(
  answer: (order: Order) => Given | Promise<Given>,
  moved: (given: Given) => readonly TransferListItem[] = () => [],
): void {
  parentPort?.on('message', async ({ order, ask }: Asked<Order>) => {
    try {
      const given = await answer(order);
      if (ask !== undefined) parentPort?.postMessage({ ask, given }, moved(given));
    } catch (error) {
      // Nobody waits for an answer: the thread ends, and all it held with it.
      if (ask === undefined) throw error;
      const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
      parentPort?.postMessage({ ask, fault });
    }
  });
}

/** Inside a thread: says something unasked. */
export function sayUnasked(remark: unknown): void {
  parentPort?.postMessage({ remark });
}
