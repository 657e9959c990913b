/** What messages of both eras have in them besides what they are about. */
import { META } from '../../../model/methods.ts';
import type { Body } from './line.ts';

export const LEGACY = '2025-11-25';
export const MODERN = '2026-07-28';
export type Revision = typeof LEGACY | typeof MODERN;

export interface Implementation {
  readonly name: string;
  readonly version: string;
}

export interface Speaker {
  readonly revision: Revision;
  readonly info: Implementation;
  readonly capabilities: object;
}

/** The params of a client's request, with the `_meta` that its era asks for. */
export function paramsOf(
  { revision, info, capabilities }: Speaker,
  params: object,
  meta: object,
): Body {
  const own =
    revision === MODERN
      ? {
          [META.protocolVersion]: MODERN,
          [META.clientInfo]: info,
          [META.clientCapabilities]: capabilities,
          ...meta,
        }
      : meta;
  return { ...params, ...(Object.keys(own).length > 0 ? { _meta: own } : {}) };
}

/** A server's result, with what its era asks for; `kept` where clients may keep it for a while. */
export function resultOf(
  { revision, info }: Speaker,
  result: object,
  kept?: { ttlMs: number },
): Body {
  if (revision !== MODERN) return { ...result };
  return {
    resultType: 'complete',
    ...(kept ? { ttlMs: kept.ttlMs, cacheScope: 'private' } : {}),
    ...result,
    _meta: { ...(result as { _meta?: object })._meta, [META.serverInfo]: info },
  };
}
