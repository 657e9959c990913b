/**
 * The HTTP API of model/api.ts, and the page's files.
 *
 * Whether a request may speak to the port at all was decided before it came here (access.ts). Here
 * every route of /api asks for a token, and all it reaches is reached through that token's tenant.
 */
import { type Context, Hono } from 'hono';
import {
  type ApiError,
  type ExportStatus,
  SESSIONS_AT_ONCE,
  type Status,
  TRACES_AT_ONCE,
} from '../model/api.ts';
import { isMark, type Mark, marksOf } from '../model/mark.ts';
import { spansOfTaps } from '../model/otel/export-words.ts';
import { writeRecording } from '../model/recording.ts';
import type { SessionSummary } from '../model/summary.ts';
import { workflows } from '../model/workflow.ts';
import { bearerOf, SECURITY_HEADERS } from './access.ts';
import type { Findings } from './findings.ts';
import { addOtlp, type Otlp } from './otlp/routes.ts';
import type { Page } from './page.ts';
import type { Tenant } from './tenant.ts';
import { allows, type Grants, type Use } from './tokens.ts';
import type { Wrappings } from './wrappings.ts';

export interface Site {
  readonly version: string;
  readonly started: string;
  readonly readOnly: boolean;
  readonly grants: Grants;
  readonly page: Page;
  /** How spans and log records of others come in; without it, none do. */
  readonly otlp?: Otlp;
  tenant(name: string): TenantSite;
  /** Whether a tap that still runs records this session. */
  isLive(session: string): Promise<boolean>;
  /** Erases a session with all that is left of it outside the store. */
  erase(tenant: Tenant, session: string): Promise<boolean>;
  /** Where a session's clock stands now, in µs. */
  now(summary: SessionSummary): Promise<number>;
}

export interface TenantSite {
  readonly tenant: Tenant;
  readonly findings: Findings;
  /** What is wrapped on this machine, where that is the tenant's business. */
  readonly wrapped: Wrappings['list'];
  /** Where exporting stands. */
  exports(): Promise<readonly ExportStatus[]>;
}

type Variables = TenantSite;
type Api = Context<{ Variables: Variables }>;
type StatusCode = 400 | 401 | 403 | 404 | 405 | 409 | 500;

/** The most entries and bytes of one answer. */
const PAGE = { limit: 10_000, bytes: 16 << 20 };
/** The same for spans. */
const SPAN_PAGE = { limit: 4000, bytes: 8 << 20 };
const TRACE_ID = /^[0-9a-f]{32}$/;

/** A failure that an answer tells. */
class Refusal extends Error {
  readonly status: StatusCode;
  readonly error: ApiError;

  constructor(status: StatusCode, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.error = { code, detail };
  }
}

export function createApi(site: Site): Hono<{ Variables: Variables }> {
  const api = new Hono<{ Variables: Variables }>();
  api.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value);
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
  });
  api.use('/api/*', async (c, next) => {
    const grant = site.grants(bearerOf(c.req.header('authorization')) ?? '');
    if (!grant) throw new Refusal(401, 'no-token', 'A token is needed: run `wiretape open`.');
    const use: Use = c.req.method === 'GET' ? 'read' : 'admin';
    if (!allows(grant, use)) throw new Refusal(403, 'wrong-token', `This needs the ${use} token.`);
    const { tenant, findings, wrapped, exports } = site.tenant(grant.tenant);
    c.set('tenant', tenant);
    c.set('findings', findings);
    c.set('wrapped', wrapped);
    c.set('exports', exports);
    await next();
  });
  addLists(api, site);
  addSessions(api, site);
  addMarks(api, site);
  addAnalysis(api, site);
  addSpans(api);
  if (site.otlp) addOtlp(api, site.otlp);
  api.get('*', (c) => pageFile(c, site));
  api.notFound((c) =>
    c.json({ code: 'no-route', detail: 'There is nothing under this address.' }, 404),
  );
  api.onError((error, c) => {
    if (error instanceof Refusal) return c.json(error.error, error.status);
    return c.json({ code: 'failed', detail: error.message }, 500);
  });
  return api;
}

type Routes = Hono<{ Variables: Variables }>;

function addLists(api: Routes, site: Site): void {
  api.get('/api/status', async (c) => {
    const all = await summaries(c);
    const { version, started, readOnly } = site;
    const liveCount = all.filter(({ phase }) => phase !== 'ended').length;
    return c.json({
      version,
      started,
      sessionCount: all.length,
      liveCount,
      readOnly,
      taps: spansOfTaps(all),
      exports: await c.get('exports')(),
    } satisfies Status);
  });
  api.get('/api/workflows', async (c) => c.json(workflows(await summaries(c))));
  api.get('/api/sessions', async (c) => c.json(await summaries(c)));
  api.get('/api/wrapped', async (c) => c.json(await c.get('wrapped')()));
}

/** The newest session first, as their ids are in the order of time. */
async function summaries(c: Api): Promise<SessionSummary[]> {
  const { live, store } = c.get('tenant');
  await live.settle();
  const stored = await store.sessions();
  return stored.flatMap(({ summary }) => (summary ? [summary] : [])).reverse();
}

function addSessions(api: Routes, site: Site): void {
  api.get('/api/sessions/:id', async (c) => {
    await c.get('tenant').live.settle();
    const summary = (await c.get('tenant').store.session(c.req.param('id')))?.summary;
    if (!summary) throw unknownSession(c.req.param('id'));
    return c.json(summary);
  });
  api.delete('/api/sessions/:id', async (c) => {
    const id = c.req.param('id');
    if (site.readOnly) throw readOnly();
    if (await site.isLive(id)) {
      throw new Refusal(409, 'session-live', 'The session is still being recorded; end it first.');
    }
    if (!(await site.erase(c.get('tenant'), id))) throw unknownSession(id);
    return c.body(null, 204);
  });
  api.get('/api/sessions/:id/index', async (c) => {
    const session = await c.get('tenant').warm.get(c.req.param('id'));
    if (!session) throw unknownSession(c.req.param('id'));
    const { columns, rewrites } = session;
    const rows = number(c, 'rows') ?? 0;
    // A reader that has nothing yet has the empty text, as createColumns() does.
    const strings = number(c, 'strings') ?? 1;
    const known = number(c, 'rewrites') ?? rewrites;
    if (rows > columns.length || strings > columns.strings.length || known !== rewrites) {
      throw new Refusal(
        409,
        'index-changed',
        'The rows of this session changed; ask again from 0.',
      );
    }
    const part = columns.encode(rows, strings) as Uint8Array<ArrayBuffer>;
    return c.body(part, 200, {
      'Content-Type': 'application/octet-stream',
      'Wiretape-Rewrites': String(rewrites),
    });
  });
  api.get('/api/sessions/:id/entries', async (c) => {
    const range = { ...PAGE, from: number(c, 'from') ?? 0 };
    const limit = Math.max(1, Math.min(number(c, 'limit') ?? PAGE.limit, PAGE.limit));
    const lines = await entryLines(c, { ...range, limit });
    return c.body(lines.map(({ line }) => `${line}\n`).join(''), 200, {
      'Content-Type': 'application/x-ndjson',
    });
  });
  api.get('/api/sessions/:id/entries/:seq', async (c) => {
    const seq = Number(c.req.param('seq'));
    if (!Number.isSafeInteger(seq) || seq < 0)
      throw new Refusal(400, 'not-a-number', 'seq is a whole number.');
    const [found] = await entryLines(c, { ...PAGE, from: seq, limit: 1 });
    if (!found || found.seq > seq)
      throw new Refusal(404, 'no-entry', 'The session has no such entry.');
    return c.text(found.line);
  });
}

/** Marks are kept with the sessions of a run, and told by run. */
function addMarks(api: Routes, site: Site): void {
  api.get('/api/marks', async (c) => c.json(marksOf(await c.get('tenant').store.sessions())));
  api.put('/api/runs/:id/mark/:mark', async (c) => {
    const mark = c.req.param('mark');
    if (!isMark(mark)) throw new Refusal(400, 'no-mark', 'A run is marked good or bad.');
    return markRun(c, site, mark);
  });
  api.delete('/api/runs/:id/mark', async (c) => markRun(c, site, undefined));
}

async function markRun(c: Api, site: Site, mark: Mark | undefined): Promise<Response> {
  if (site.readOnly) throw readOnly();
  const id = c.req.param('id') ?? '';
  const run = workflows(await summaries(c))
    .flatMap(({ runs }) => runs)
    .find((one) => one.id === id);
  if (!run) throw new Refusal(404, 'unknown-run', `There is no run ${id}.`);
  for (const session of run.sessions) await c.get('tenant').store.mark(session, id, mark);
  return c.body(null, 204);
}

function readOnly(): Refusal {
  return new Refusal(403, 'read-only', 'These recordings are open for reading only.');
}

async function entryLines(c: Api, range: { from: number; limit: number; bytes: number }) {
  const { store } = c.get('tenant');
  const id = c.req.param('id') ?? '';
  if (!(await store.session(id))) throw unknownSession(id);
  return store.entries(id, range);
}

function addAnalysis(api: Routes, site: Site): void {
  api.get('/api/findings', async (c) => c.json(await c.get('findings').findings(await asked(c))));
  api.get('/api/stuck', async (c) => {
    const sessions = await asked(c);
    return c.json(await c.get('findings').stuck(sessions, (summary) => site.now(summary)));
  });
  api.get('/api/export', async (c) => {
    const recording = writeRecording(await c.get('findings').entries(await asked(c)));
    return c.body(recording, 200, { 'Content-Type': 'application/x-ndjson' });
  });
}

function addSpans(api: Routes): void {
  api.get('/api/spans', async (c) => {
    const traces = listed(c, 'traces');
    if (traces.length === 0 || !traces.every((trace) => TRACE_ID.test(trace)))
      throw new Refusal(400, 'no-traces', 'Name the traces, of 32 hex digits each: ?traces=A,B');
    if (traces.length > TRACES_AT_ONCE)
      throw new Refusal(400, 'too-many-traces', `At most ${TRACES_AT_ONCE} traces at once.`);
    const after = number(c, 'after') ?? 0;
    const spans = await c.get('tenant').store.spansOf(traces, { ...SPAN_PAGE, after });
    return c.body(spans.map(({ line }) => `${line}\n`).join(''), 200, {
      'Content-Type': 'application/x-ndjson',
      'Wiretape-Last': String(spans.at(-1)?.number ?? after),
    });
  });
}

/** The sessions that a question names, all of them known and their summaries current. */
async function asked(c: Api): Promise<readonly string[]> {
  const { store, live } = c.get('tenant');
  const named = listed(c, 'sessions');
  if (named.length === 0) throw new Refusal(400, 'no-sessions', 'Name the sessions: ?sessions=A,B');
  if (named.length > SESSIONS_AT_ONCE)
    throw new Refusal(400, 'too-many-sessions', `At most ${SESSIONS_AT_ONCE} sessions at once.`);
  await live.settle();
  for (const id of named) if (!(await store.session(id))) throw unknownSession(id);
  return named;
}

/** What a query names, each once. */
function listed(c: Api, name: string): readonly string[] {
  return [...new Set((c.req.query(name) ?? '').split(',').filter((one) => one !== ''))];
}

function unknownSession(id: string): Refusal {
  return new Refusal(404, 'unknown-session', `There is no session ${id}.`);
}

function number(c: Api, name: string): number | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new Refusal(400, 'not-a-number', `${name} is a whole number from 0.`);
  }
  return value;
}

async function pageFile(c: Context, { page }: Site): Promise<Response> {
  const file = await page.file(c.req.path);
  if (!file && c.req.path === '/') throw new Refusal(404, 'no-page', 'The page is not built.');
  if (!file) return c.notFound() as Response | Promise<Response>;
  return c.body(file.body, 200, { 'Content-Type': file.type, 'Cache-Control': file.cache });
}
