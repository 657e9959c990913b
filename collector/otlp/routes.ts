/**
 * OTLP over HTTP (opentelemetry-proto 1.11.0, docs/specification.md): spans and log records of others,
 * on the collector's own port, from whoever has the token for writing.
 */
import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { acceptance, type Form, failure } from '../../model/otlp/answer.ts';
import type { Decoded } from '../../model/otlp/decoded.ts';
import { bearerOf } from '../access.ts';
import type { Closing } from '../closing.ts';
import type { TenantStore } from '../store.ts';
import { allows, type Grants } from '../tokens.ts';
import { readBody } from './body.ts';
import { createRoom } from './in-work.ts';
import type { Redaction } from './orders.ts';
import { OtlpRefusal } from './refusal.ts';
import { SIGNALS } from './signals.ts';
import { createTaker } from './take.ts';

export interface OtlpOptions {
  /** What texts are freed of secrets with; or why nobody may send anything. */
  readonly redaction: Redaction | { readonly unknown: string };
  /** The most bytes of a request, before and after it is uncompressed, and of all that wait. */
  readonly limit?: number;
}

export interface Otlp extends OtlpOptions {
  readonly grants: Grants;
  readonly storeOf: (tenant: string) => TenantStore;
  readonly closing: Closing;
}

/** What the specification recommends, in bytes. */
const BODY_BYTES = 64 << 20;

const TYPES: Readonly<Record<Form, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

// biome-ignore lint/suspicious/noExplicitAny: these routes use no variables of the application.
export function addOtlp(api: Hono<any>, otlp: Otlp): void {
  const receive = createReceive(otlp);
  for (const [path, { rejected: name }] of Object.entries(SIGNALS)) {
    api.all(path, async (c) => {
      const form = formOf(c) ?? 'json';
      const headers = { 'Content-Type': TYPES[form] };
      try {
        return c.body(acceptance(form, await receive(c, path), name), 200, headers);
      } catch (error) {
        const { message, kind } = asRefusal(error);
        const body = failure(form, kind.code, message);
        return c.body(body, kind.status, { ...headers, ...kind.headers });
      }
    });
  }
}

function asRefusal(error: unknown): OtlpRefusal {
  if (error instanceof OtlpRefusal) return error;
  // A fault of ours: its stack is no business of a sender.
  const [why] = String(error).split('\n', 1);
  return new OtlpRefusal('failed', `The collector failed: ${why}`);
}

/** Gives what was rejected; rejects with an OtlpRefusal. */
type Receive = (c: Context, path: string) => Promise<Decoded['rejected']>;

function createReceive({ grants, redaction, storeOf, closing, limit = BODY_BYTES }: Otlp): Receive {
  if ('unknown' in redaction) {
    return async (c) => {
      admit(c, grants);
      throw new OtlpRefusal('unstored', redaction.unknown);
    };
  }
  const shareOf = createRoom(limit);
  const taker = createTaker(redaction);
  closing.add(taker.close);
  return async (c, path) => {
    const { tenant, form, isGzip } = admit(c, grants);
    const share = shareOf();
    try {
      const body = await readBody((c.env as HttpBindings).incoming, share, limit);
      return await taker.take({ do: 'read', path, form, isGzip, body, limit }, storeOf(tenant));
    } finally {
      share.release();
    }
  };
}

interface Admitted {
  readonly tenant: string;
  readonly form: Form;
  readonly isGzip: boolean;
}

/** What the head of a request says; throws an OtlpRefusal when its body need not be read. */
function admit(c: Context, grants: Grants): Admitted {
  if (c.req.method !== 'POST') throw new OtlpRefusal('wrong-method', 'OTLP is sent by POST.');
  // As with entries: no page may send any, not even ours.
  if (c.req.header('origin') !== undefined)
    throw new OtlpRefusal('wrong-token', 'Pages have no access here.');
  const grant = grants(bearerOf(c.req.header('authorization')) ?? '');
  if (!grant)
    throw new OtlpRefusal('no-token', 'A token is needed: `wiretape token write` prints it.');
  if (!allows(grant, 'write'))
    throw new OtlpRefusal('wrong-token', 'The token must be that of `wiretape token write`.');
  const form = formOf(c);
  if (!form) throw new OtlpRefusal('wrong-type', `Send ${Object.values(TYPES).join(' or ')}.`);
  return { tenant: grant.tenant, form, isGzip: isCompressed(c) };
}

/** The form that the Content-Type names; its parameters say nothing about it. */
function formOf(c: Context): Form | undefined {
  const name = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return (Object.keys(TYPES) as Form[]).find((form) => TYPES[form] === name);
}

function isCompressed(c: Context): boolean {
  const name = c.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (name === 'gzip' || name === 'identity') return name === 'gzip';
  throw new OtlpRefusal('wrong-type', 'Send it in gzip, or as it is.');
}
