/**
 * State models: servers as pure functions from what they hold to what they hold next.
 *
 * What a server holds is a flat table. A tool sees it, and says what it writes and what it answers;
 * when it sees and when its writes come to stand is not its business (store.ts), so that one model is
 * the correct server and the racing one.
 */

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json };
export type Args = { readonly [name: string]: Json };
export type State = ReadonlyMap<string, Json>;
/** A place in the table, and what stands there from now on; nothing, where it is removed. */
export type Written = readonly [key: string, value: Json | undefined];

export interface Applied {
  readonly writes?: readonly Written[];
  readonly gives: { readonly [name: string]: Json };
  /** The same in words. */
  readonly says: string;
}

export interface Refused {
  readonly refuses: string;
}

export interface Field {
  readonly type: 'string' | 'number' | 'integer' | 'array' | 'object';
  readonly items?: Field;
  readonly fields?: Readonly<Record<string, Field>>;
  readonly optional?: true;
}

export interface ModelTool {
  readonly about: string;
  readonly args: Readonly<Record<string, Field>>;
  readonly gives: Readonly<Record<string, Field>>;
  /** What it does to what is there; `change` sees the old value, `replace` does not look. */
  readonly does: 'read' | 'add' | 'change' | 'replace' | 'remove';
  /** The same call again changes nothing more. */
  readonly repeats?: true;
  apply(args: Args, state: State, mint: () => string): Applied | Refused;
}

export type Model = Readonly<Record<string, ModelTool>>;

export const text: Field = { type: 'string' };
export const whole: Field = { type: 'integer' };
export const listOf = (items: Field): Field => ({ type: 'array', items });
export const record = (fields: Readonly<Record<string, Field>>): Field => ({
  type: 'object',
  fields,
});

export function textOf(args: Args, name: string): string {
  const value = args[name];
  return typeof value === 'string' ? value : String(value ?? '');
}

export function numberOf(args: Args, name: string): number {
  return Number(args[name] ?? 0);
}

/** The records that stand under a prefix, in the order they came. */
export function under(state: State, prefix: string): { readonly [name: string]: Json }[] {
  return [...state].flatMap(([key, value]) =>
    key.startsWith(prefix) && isRecord(value) ? [value] : [],
  );
}

export function isRecord(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function itemsOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
