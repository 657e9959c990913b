/**
 * Exports what a tenant has to one endpoint: reads what is stored behind what the endpoint has, gives
 * it to the thread that makes spans of it and brings them there, and keeps how far that came. So
 * whatever ends in between, the next collector goes on without a gap. It runs beside all else and
 * waits for the endpoint; nothing waits for it.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ExportStatus } from '../../model/api.ts';
import { fingerprintOfKey, keyedHash } from '../../model/keyed-hash.ts';
import { destinationOf, isSentTo } from '../../model/otel/destination.ts';
import type { Findings } from '../findings.ts';
import type { Tenant } from '../tenant.ts';
import { createThread } from '../thread.ts';
import { type Endpoint, type Exporting, PATIENCE } from './endpoint.ts';
import { createFeed, type Feed } from './feed.ts';
import { createFindingsExport, type FindingsExport } from './findings-export.ts';
import { createKnownRuns, type KnownRuns } from './known-runs.ts';
import { type Asked, createAsked, markIn, sentUpTo } from './marks.ts';
import type { ExportThread, Remark, Setting } from './orders.ts';

export interface ExporterOptions extends Omit<Exporting, 'endpoints'> {
  readonly endpoint: Endpoint;
  readonly tenant: Tenant;
  readonly findings: Findings;
  /** Whether a tap that still runs records this session. */
  readonly isLive: (session: string) => Promise<boolean>;
  readonly version: string;
  /** The page, where messages are opened. */
  readonly page: string;
}

export interface Exporter {
  status(): Promise<ExportStatus>;
  close(): Promise<void>;
}

/** How often it is looked whether taps are done with what was left to them, in ms. */
const LEFT_TO_TAPS = 1000;
/** After a fault of ours, in ms. */
const AFTER_FAULT = 5000;

export async function startExporter(options: ExporterOptions): Promise<Exporter> {
  const { endpoint, tenant, spans = {} } = options;
  const { store } = tenant;
  const since = await store.exportedSince(endpoint.name, new Date().toISOString());
  const condition = createCondition(endpoint.name, options.told);
  const runs = createKnownRuns();
  const patience = { ...PATIENCE, ...options.patience };
  const { version, page } = options;
  const data: Setting = { endpoint, patience, spans, version, page, seed: randomInt(2 ** 31) };
  const thread: ExportThread = createThread('export/export-thread', {
    data,
    heard: condition.remark,
    lost: () => feed.reset(),
  });
  const isOfTap = tapsSendingTo(endpoint, options.key);
  const asked = createAsked({ endpoint: endpoint.name, store, since, isOfTap });
  const known = { ...options, endpoint: endpoint.name, thread, runs };
  const feed: Feed = createFeed({ ...known, asked });
  const judging = { ...known, store, parent: spans.parent, again: patience.refused };
  const judged = createFindingsExport(judging);
  const loop = startLoop({ tenant, runs, feed, judged, condition });
  return {
    async status() {
      let behind = 0;
      let hasTaken = false;
      for (const session of await store.sessions()) {
        if (!(await asked.isExported(session))) continue;
        const sent = sentUpTo(session, markIn(session, endpoint.name));
        behind += Math.max(0, session.end - sent);
        hasTaken ||= sent >= 0;
      }
      const shut = judged.shut();
      const withoutFindings = shut === undefined ? {} : { withoutFindings: shut };
      return { endpoint: endpoint.name, behind, hasTaken, ...condition.now(), ...withoutFindings };
    },
    async close() {
      loop.end();
      await thread.close();
      await loop.ended;
      condition.close();
    },
  };
}

function tapsSendingTo({ traces }: Endpoint, key: Uint8Array | undefined): Asked['isOfTap'] {
  if (!key) return () => false;
  const to = { key: fingerprintOfKey(key), hash: destinationOf(keyedHash(key), traces) };
  return (head) => isSentTo(head, to);
}

interface Looping {
  readonly tenant: Tenant;
  readonly runs: KnownRuns;
  readonly feed: Feed;
  readonly judged: FindingsExport;
  readonly condition: Condition;
}

/** Session after session, then what waits, then one look for findings, until there is nothing to do. */
function startLoop({ tenant, runs, feed, judged, condition }: Looping): {
  readonly ended: Promise<void>;
  end(): void;
} {
  const wanted = new Set<string>();
  let closed = false;
  let wake = (): void => {};

  const all = async (): Promise<void> => {
    for (const session of await tenant.store.sessions()) {
      if (session.summary) runs.put(session.summary);
      wanted.add(session.id);
      judged.known(session);
    }
  };
  const step = async (): Promise<void> => {
    const [id] = wanted;
    if (id !== undefined) {
      wanted.delete(id);
      return feed.take(id);
    }
    for (const sent of await feed.send()) judged.grown(sent);
    if (!feed.isKeeping()) condition.worked();
    if ((await judged.next()) || wanted.size > 0 || closed) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  };
  const run = async (): Promise<void> => {
    await all();
    while (!closed) {
      try {
        await step();
      } catch (error) {
        if (closed) return;
        condition.remark({ fails: (error as Error).message });
        await pause(AFTER_FAULT, undefined, { ref: false });
        await all();
      }
    }
  };
  const stop = tenant.live.subscribe(({ changed, removed, explored }) => {
    if (explored) judged.explored();
    for (const summary of changed) {
      runs.put(summary);
      wanted.add(summary.id);
    }
    for (const id of removed) {
      runs.remove(id);
      wanted.delete(id);
      feed.forget(id);
    }
    wake();
  });
  const timer = setInterval(() => {
    for (const id of feed.leftToTaps()) wanted.add(id);
    if (wanted.size > 0 || feed.isKeeping() || judged.isDue()) wake();
  }, LEFT_TO_TAPS).unref();
  return {
    ended: run(),
    end() {
      closed = true;
      clearInterval(timer);
      stop();
      wake();
    },
  };
}

interface Condition {
  remark(remark: Remark): void;
  /** All that waited has arrived. */
  worked(): void;
  now(): Pick<ExportStatus, 'sent' | 'failing' | 'lastFailure' | 'refused' | 'refusal'>;
  close(): void;
}

/**
 * What is told of an endpoint: once when it begins to fail and once when it works again; what it has
 * refused at first, whenever that is ten times as much, and in the end.
 */
function createCondition(endpoint: string, told: Exporting['told'] = () => {}): Condition {
  let failing: string | undefined;
  let lastFailure: string | undefined;
  let sent = 0;
  let refusal: string | undefined;
  let refused = 0;
  let toldRefused = 0;
  const tellRefused = (): void => {
    if (refused === toldRefused) return;
    toldRefused = refused;
    const all = `${refused} ${refused === 1 ? 'entry' : 'entries'}`;
    told(`${endpoint} has refused ${all} for good: ${refusal}. What is recorded has them.`);
  };
  return {
    remark(said) {
      if ('sent' in said) {
        sent += said.sent;
        return;
      }
      if ('refused' in said) {
        refused += said.refused;
        refusal = said.why;
        if (refused >= 10 * toldRefused) tellRefused();
        return;
      }
      if (failing === undefined)
        told(`Exporting to ${endpoint} waits: ${said.fails}. What waits is kept.`);
      failing = said.fails;
      lastFailure = said.fails;
    },
    worked() {
      if (failing !== undefined) told(`Exporting to ${endpoint} goes on.`);
      failing = undefined;
    },
    now: () => ({
      sent,
      ...(failing === undefined ? {} : { failing }),
      ...(lastFailure === undefined ? {} : { lastFailure }),
      refused,
      ...(refusal === undefined ? {} : { refusal }),
    }),
    close: tellRefused,
  };
}
