/**
 * What the collector and the thread that reads requests say to each other. The thread holds one
 * request at a time, and gives what is to be stored of it in turns.
 */
import type { Form } from '../../model/otlp/answer.ts';
import type { Decoded } from '../../model/otlp/decoded.ts';
import type { UserRules } from '../../model/rules.ts';
import type { SpanRows } from '../span-rows.ts';
import type { Refused } from './refusal.ts';

/** What the thread frees texts of secrets with (model/redaction.ts). */
export interface Redaction {
  readonly key: Uint8Array;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly rules?: UserRules | undefined;
}

export type Order =
  | {
      readonly do: 'read';
      readonly path: string;
      readonly form: Form;
      readonly isGzip: boolean;
      readonly body: Uint8Array<ArrayBuffer>;
      /** The most bytes of the uncompressed body. */
      readonly limit: number;
    }
  | { readonly do: 'next' };

/** A turn: what may be stored without a pause, whether there is more, and what no turn has. */
export interface Turn {
  readonly rows: SpanRows;
  readonly isLast: boolean;
  readonly rejected: Decoded['rejected'];
}

export type Given = Turn | { readonly refused: Refused };
