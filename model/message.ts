/**
 * What a JSON value is as a JSON-RPC message (JSON-RPC 2.0, and MCP basic/index of each revision).
 *
 * Never throws and never refuses: a value that breaks rules is classified as what it most looks
 * like, and its faults are listed for the rules in analysis/ to judge.
 */
import { isObject, type JsonObject, member, table, textMember } from './json.ts';

export type Id = string | number;

/** How a request ended: with a result, a tool result that says `isError`, or a JSON-RPC error. */
export type Outcome = 'result' | 'tool-error' | 'error';

export type Fault =
  | 'no-version'
  | 'id-not-text-or-number'
  | 'result-and-error'
  | 'error-without-code'
  | 'no-message'
  | 'empty-batch'
  | 'too-deep';

interface Base {
  readonly faults: readonly Fault[];
}

export interface RequestMessage extends Base {
  readonly kind: 'request';
  readonly id: Id;
  readonly method: string;
  readonly params: unknown;
}

export interface NotificationMessage extends Base {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: unknown;
}

export interface ResponseMessage extends Base {
  readonly kind: 'response';
  /** null: an error about a request whose id could not be read. */
  readonly id: Id | null;
  readonly outcome: Outcome;
  readonly result: unknown;
  readonly error: unknown;
}

export interface InvalidMessage extends Base {
  readonly kind: 'invalid';
}

export type SingleMessage = RequestMessage | NotificationMessage | ResponseMessage | InvalidMessage;

export interface BatchMessage extends Base {
  readonly kind: 'batch';
  readonly items: readonly SingleMessage[];
}

export type Message = SingleMessage | BatchMessage;

const NONE: readonly Fault[] = [];

/** Classifies the value of a message entry; undefined stands for one nested too deep to be walked. */
export function classify(value: unknown): Message {
  if (!Array.isArray(value)) return classifyOne(value);
  if (value.length === 0) return { kind: 'invalid', faults: ['empty-batch'] };
  return { kind: 'batch', faults: NONE, items: value.map(classifyOne) };
}

function classifyOne(value: unknown): SingleMessage {
  if (value === undefined) return { kind: 'invalid', faults: ['too-deep'] };
  if (!isObject(value)) return { kind: 'invalid', faults: ['no-message'] };
  const version = value['jsonrpc'] === '2.0' ? NONE : (['no-version'] as const);
  if (typeof value['method'] === 'string') return calling(value, value['method'], version);
  if ('result' in value || 'error' in value) return answering(value, version);
  return { kind: 'invalid', faults: [...version, 'no-message'] };
}

function calling(value: JsonObject, method: string, version: readonly Fault[]): SingleMessage {
  const id = value['id'];
  const params = value['params'];
  if (isId(id)) return { kind: 'request', id, method, params, faults: version };
  if (!('id' in value)) return { kind: 'notification', method, params, faults: version };
  return { kind: 'notification', method, params, faults: [...version, 'id-not-text-or-number'] };
}

function answering(value: JsonObject, version: readonly Fault[]): SingleMessage {
  const { id, result, error } = value;
  const faults = [...version];
  if (!isId(id) && id !== null && id !== undefined) faults.push('id-not-text-or-number');
  if ('result' in value && 'error' in value) faults.push('result-and-error');
  if ('error' in value && !isErrorObject(error)) faults.push('error-without-code');
  const outcome = outcomeOf(value, result);
  return { kind: 'response', id: isId(id) ? id : null, outcome, result, error, faults };
}

function outcomeOf(value: JsonObject, result: unknown): Outcome {
  // JSON-RPC 1.0 sent both members, the unused one null.
  if ('error' in value && !(value['error'] === null && 'result' in value)) return 'error';
  return member(result, 'isError') === true ? 'tool-error' : 'result';
}

function isErrorObject(error: unknown): boolean {
  return Number.isInteger(member(error, 'code')) && textMember(error, 'message') !== undefined;
}

/** `0` and `""` are ids. */
export function isId(value: unknown): value is Id {
  return typeof value === 'string' || typeof value === 'number';
}

/** An id with its type, as one text: `1` and `"1"` are two ids. */
export function idKey(id: Id): string {
  return typeof id === 'string' ? `"${id}` : String(id);
}

/** The messages of an entry's value with their place in the batch; one without a place when it is none. */
export function itemsOf(
  message: Message,
): readonly (readonly [SingleMessage, number | undefined])[] {
  if (message.kind !== 'batch') return [[message, undefined]];
  return message.items.map((item, index) => [item, index] as const);
}

/** What a request is about, for people: the tool, the prompt, the resource, the task. */
export function subjectOf(method: string, params: unknown): string | undefined {
  const key = SUBJECTS[method];
  return key === undefined ? undefined : textMember(params, key);
}

/** The member of the params that names what a request is about. */
export function subjectMember(method: string): string | undefined {
  return SUBJECTS[method];
}

const SUBJECTS = table({
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'resources/subscribe': 'uri',
  'resources/unsubscribe': 'uri',
  'logging/setLevel': 'level',
  'tasks/get': 'taskId',
  'tasks/result': 'taskId',
  'tasks/cancel': 'taskId',
  'tasks/update': 'taskId',
  'notifications/resources/updated': 'uri',
});
