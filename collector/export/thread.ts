/** The thread that exports to one endpoint, as the exporter has it: one order after the other. */
import { randomInt } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Asked, Done, Order, Remark, Said, Setting } from './orders.ts';

export interface ExportThread {
  /** Settles when the order was carried out. Rejects when the thread broke; the next order begins anew. */
  order(order: Order): Promise<Done>;
  close(): Promise<void>;
}

export interface Hearing {
  readonly remark: (remark: Remark) => void;
  /** All that the thread held is gone. */
  readonly broken: () => void;
}

export function createExportThread(
  setting: Omit<Setting, 'seed'>,
  { remark, broken }: Hearing,
): ExportThread {
  const waiting = new Map<number, PromiseWithResolvers<Done>>();
  let worker: Worker | undefined;
  let asks = 0;

  const fail = (error: Error): void => {
    worker = undefined;
    broken();
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const hear = (said: Said): void => {
    if (!('ask' in said)) {
      remark(said);
      return;
    }
    const one = waiting.get(said.ask);
    waiting.delete(said.ask);
    if (said.fault === undefined) one?.resolve(said);
    else one?.reject(new Error(`Exporting failed: ${said.fault}`));
  };
  return {
    order(order) {
      worker ??= startThread(setting).on('message', hear).on('error', fail);
      const asked: Asked = { ...order, ask: asks++ };
      const done = withResolvers<Done>();
      waiting.set(asked.ask, done);
      worker.postMessage(asked);
      return done.promise;
    },
    async close() {
      const own = worker;
      fail(new Error('The collector is closed.'));
      await own?.terminate();
    },
  };
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((one, other) => {
    resolve = one;
    reject = other;
  });
  return { promise, resolve, reject };
}

/** From the sources the thread is the built one, since Node has no loader for ours in a thread. */
function startThread(setting: Omit<Setting, 'seed'>): Worker {
  const place = import.meta.url.endsWith('.ts') ? '../../dist/collector/export' : '.';
  const workerData: Setting = { ...setting, seed: randomInt(2 ** 31) };
  const worker = new Worker(new URL(`${place}/export-thread.js`, import.meta.url), { workerData });
  worker.unref();
  return worker;
}
