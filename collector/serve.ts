/// <reference lib="esnext.disposable" preserve="true" />
/**
 * A collector: taps come in by a socket, pages and commands by a port of this machine, and what
 * they bring and ask for stands in one store.
 *
 * This file only puts the parts together, and takes them apart in the reverse order. It reads no
 * environment and handles no signals: whoever starts a collector closes it.
 */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { DEFAULT_PORT } from '../model/api.ts';
import type { Entry } from '../model/entry.ts';
import type { Origin } from '../model/finding.ts';
import { collectorSocket, statePaths } from '../model/state.ts';
import { createApi, type Site, type TenantSite } from './api.ts';
import { createAttachments } from './attachments.ts';
import { type Closing, createClosing } from './closing.ts';
import type { Exporting } from './export/endpoint.ts';
import { type Exporter, startExporter } from './export/exporter.ts';
import { createFindings } from './findings.ts';
import { type Arrivals, serveTap } from './ingest-channel.ts';
import { eraseJudgements, readJudgements, watchJudgements } from './judgements.ts';
import { servePage } from './live-channel.ts';
import { type Orphans, watchOrphans } from './orphans.ts';
import type { OtlpOptions } from './otlp/routes.ts';
import { ownProcess } from './owner.ts';
import { openPage } from './page.ts';
import { openPort, type Port } from './port.ts';
import { makePrivateFolder, refuseNetworkFolder, writePrivateFile } from './private.ts';
import { keepWithin, RETENTION, type Retention } from './retention.ts';
import type { AskSaid } from './said.ts';
import { BATCH_BYTES, listenForTaps } from './socket.ts';
import { openStore } from './sqlite/store.ts';
import type { Store } from './store.ts';
import { openTenant, type Tenant } from './tenant.ts';
import { allows, grantsOf, LOCAL, loadTokens, newTokens, type Tokens } from './tokens.ts';
import { storeOfRecordings } from './viewer.ts';
import { tellWrapped, type Wrappings } from './wrappings.ts';

export interface CollectorOptions {
  /** The state folder; made when missing. Untouched when recordings are served. */
  readonly state: string;
  /** 4320 when left out; 0: any that is free. */
  readonly port?: number;
  /** The folder of the built page. */
  readonly ui?: string;
  /** What the collector says of itself. */
  readonly version: string;
  /** Entries to serve read-only, instead of a store: no tap may come in. */
  readonly recordings?: readonly Entry[];
  /** Where these are, for commands that people copy. */
  readonly origin?: Origin;
  /** What the user says of his tools, and which findings he does not want to hear of. */
  readonly said?: AskSaid;
  readonly retention?: Retention;
  /** Lets others send their spans. Without it, and where recordings are served, nobody may. */
  readonly otlp?: OtlpOptions;
  /** Not asked where recordings are served. */
  readonly wrappings?: Wrappings;
  /** Nothing is exported where recordings are served. */
  readonly exporting?: Exporting;
}

export interface Collector {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  /** The token for reading, which the page needs. */
  readonly token: string;
  /** Ends within a few seconds; all that was acknowledged is stored. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The most bytes that a page sends: its token. */
const TOKEN_BYTES = 1024;

/**
 * Starts a collector. Rejects with a CollectorError: `port-in-use`, `store-in-use`, `store-newer`,
 * `store-damaged`, `socket-in-use`, `unwritable-folder`, `unsafe-folder`, `network-folder`,
 * `no-sqlite`.
 */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const closing = createClosing();
  try {
    const { recordings } = options;
    return await (recordings ? view(options, recordings, closing) : collect(options, closing));
  } catch (error) {
    await closing.closeAll();
    throw error;
  }
}

/** Serves what recordings say, from memory. */
async function view(
  options: CollectorOptions,
  entries: readonly Entry[],
  closing: Closing,
): Promise<Collector> {
  const tenant = await openOnly(await storeOfRecordings(entries, LOCAL), closing);
  const tokens = newTokens();
  const site = await viewedSite(options, { tenant, tokens, closing });
  return collectorOf(await openSite(options, site, { closing }), tokens, closing);
}

/** Serves a state folder: its taps, its pages, and what its dead taps left. */
async function collect(options: CollectorOptions, closing: Closing): Promise<Collector> {
  const { state, retention = RETENTION, wrappings, otlp } = options;
  const paths = statePaths(state);
  for (const folder of [state, paths.store]) await makePrivateFolder(folder);
  await refuseNetworkFolder(state);
  const tenant = await openOnly(await openStore({ path: join(paths.store, 'store.db') }), closing);
  const tokens = await loadTokens(paths.tokens);
  const attachments = createAttachments();
  const arrivals: Arrivals = { ingestOf: writersOf(tokens, tenant), attach: attachments.attach };
  const socket = collectorSocket(process.platform, state, tmpdir());
  closing.add((await listenForTaps(socket, arrivals)).close);
  const orphans = watchOrphans({ folder: paths.journals, ingest: tenant.ingest, attachments });
  closing.add(orphans.close);
  const isLive = async (session: string): Promise<boolean> =>
    attachments.has(session) || (await orphans.isRecorded(session));
  const viewed = await viewedSite(options, { tenant, tokens, closing });
  const exporters: Exporter[] = [];
  const exports = () => Promise.all(exporters.map((one) => one.status()));
  const kept = keptSite(viewed, { state, orphans, isLive, wrappings, exports });
  const site = otlp
    ? {
        ...kept,
        otlp: { ...otlp, grants: viewed.grants, storeOf: () => tenant.store, closing },
      }
    : kept;
  if (wrappings) tellWrapped(wrappings, tenant.live, closing);
  const port = await openSite(options, site, { arrivals, closing });
  closing.add(
    keepWithin(retention, tenant.store, { isLive, erase: (id) => site.erase(tenant, id) }),
  );
  for (const one of await startExporters(options, { site, isLive, page: port.address })) {
    exporters.push(one);
    closing.add(one.close);
  }
  await announce(options, { address: port.address, socket }, closing);
  return collectorOf(port, tokens, closing);
}

interface Exportable {
  readonly site: Site;
  readonly isLive: Site['isLive'];
  readonly page: string;
}

/** Beside all else, once it is known where the page is. */
async function startExporters(
  { exporting, version }: CollectorOptions,
  { site, isLive, page }: Exportable,
): Promise<readonly Exporter[]> {
  const { endpoints = [], ...rest } = exporting ?? {};
  const { tenant, findings } = site.tenant(LOCAL);
  const given = { ...rest, tenant, findings, isLive, version, page };
  return Promise.all(endpoints.map((endpoint) => startExporter({ ...given, endpoint })));
}

/** The one tenant of a collector that has no others. */
async function openOnly(store: Store, closing: Closing): Promise<Tenant> {
  closing.add(() => store.close());
  const tenant = await openTenant(store.of(LOCAL));
  closing.add(() => tenant.close());
  return tenant;
}

function writersOf(tokens: Tokens, tenant: Tenant): Arrivals['ingestOf'] {
  const grants = grantsOf(tokens, LOCAL);
  return (token) => {
    const grant = grants(token);
    return grant && allows(grant, 'write') ? tenant.ingest : undefined;
  };
}

/** A site where nothing is recorded and nothing may be erased. */
async function viewedSite(
  { state, ui, version, said, origin }: CollectorOptions,
  { tenant, tokens, closing }: { tenant: Tenant; tokens: Tokens; closing: Closing },
): Promise<Site> {
  const findings = createFindings(tenant.store, () => readJudgements(state), { said, origin });
  closing.add(findings.close);
  const stop = watchJudgements(state, tenant.live.explored);
  closing.add(async () => stop());
  return {
    version,
    started: new Date().toISOString(),
    readOnly: true,
    grants: grantsOf(tokens, LOCAL),
    page: await openPage(ui),
    tenant: () => ({ tenant, findings, wrapped: async () => [], exports: async () => [] }),
    isLive: async () => false,
    erase: async () => false,
    now: async ({ lastAt }) => lastAt,
  };
}

interface Keeping {
  readonly state: string;
  readonly orphans: Orphans;
  readonly isLive: Site['isLive'];
  readonly wrappings: Wrappings | undefined;
  readonly exports: TenantSite['exports'];
}

/** A site whose sessions are recorded by taps, and may be erased once they are over. */
function keptSite(site: Site, keeping: Keeping): Site {
  const { state, orphans, isLive, wrappings, exports } = keeping;
  return {
    ...site,
    readOnly: false,
    isLive,
    tenant(name) {
      const own = site.tenant(name);
      if (name !== LOCAL) return own;
      // Others are on other machines, and have hosts of their own.
      return { ...own, exports, ...(wrappings ? { wrapped: wrappings.list } : {}) };
    },
    async erase(tenant, session) {
      // What its dead tap left would bring it back.
      await orphans.look();
      await orphans.forget(session);
      await eraseJudgements(state, session);
      return tenant.erase(session);
    },
    async now(summary) {
      const live = summary.phase !== 'ended' && (await isLive(summary.id));
      return live ? Math.max(summary.lastAt, machineClock() - summary.start) : summary.lastAt;
    },
  };
}

/** The machine's monotonic clock in µs, which the taps of this boot read as well. */
function machineClock(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

interface Opening {
  /** Where taps come in; without it, none may. */
  readonly arrivals?: Arrivals;
  readonly closing: Closing;
}

async function openSite(
  options: CollectorOptions,
  site: Site,
  { arrivals, closing }: Opening,
): Promise<Port> {
  const liveOf = (token: string) => {
    const grant = site.grants(token);
    return grant && allows(grant, 'read') ? site.tenant(grant.tenant).tenant.live : undefined;
  };
  const port = await openPort({
    port: options.port ?? DEFAULT_PORT,
    fetch: createApi(site).fetch,
    channels: {
      '/api/live': { maxPayload: TOKEN_BYTES, serve: (socket) => servePage(socket, liveOf) },
      ...(arrivals && {
        '/ingest': { maxPayload: BATCH_BYTES, serve: (socket) => serveTap(socket, arrivals) },
      }),
    },
    closedToPages: new Set(['/ingest']),
  });
  closing.add(port.close);
  return port;
}

/** Tells taps and commands where this collector is. */
async function announce(
  { state, version }: CollectorOptions,
  where: { readonly address: string; readonly socket: string },
  closing: Closing,
): Promise<void> {
  const path = statePaths(state).collector;
  await writePrivateFile(
    path,
    `${JSON.stringify({ ...(await ownProcess()), ...where, version })}\n`,
  );
  closing.add(() => rm(path, { force: true }));
}

function collectorOf({ address }: Port, { read }: Tokens, closing: Closing): Collector {
  const close = () => closing.closeAll();
  return { address, token: read, close, [Symbol.asyncDispose]: close };
}
