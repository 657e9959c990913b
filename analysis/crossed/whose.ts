/**
 * Whose an answer is, as far as its content tells: that of the request it answers, or of another one.
 *
 * Three signs, each of which needs that the answer does not fit its own request and fits the other:
 * the members that every result of a method has, the schema that a tool gave for its results, and the
 * texts of the arguments, which many answers repeat.
 */
import { isObject, member, table, textMember } from '../../model/json.ts';
import { hasPlaceholder } from '../../model/placeholder.ts';
import type { Call, SessionView } from '../../model/session.ts';
import { fitOf, isMisfit } from '../definitions/schema/fit/fit.ts';
import { type Leaf, leavesOf, textsIn } from '../footprint/leaves.ts';

export interface Asked {
  readonly call: Call;
  /** The request and the answer as messages; the second undefined where none came. */
  readonly request: unknown;
  readonly answer: unknown;
  /** Of a tool: the schema of its results. */
  readonly outputSchema: unknown;
  /** The texts of the request by which its answer may be known. */
  readonly texts: readonly Text[];
  /** The texts of the result, where there is one to be known by. */
  readonly said: readonly string[];
}

/** A call with its messages, of which the texts are taken once: it is compared with several others. */
export function askedOf(call: Call, view: SessionView, outputSchema: unknown): Asked {
  const request = view.value(call.request);
  const answer = call.response && view.value(call.response);
  const texts = textsOf(request);
  const said = texts.length === 0 ? [] : textsIn(member(answer, 'result'));
  return { call, request, answer, outputSchema, texts, said };
}

export interface Sign {
  readonly by: 'shape' | 'schema' | 'echo';
  /** Where it shows in the answer, and of an echo in the other request. */
  readonly pointer: string;
  readonly asked?: string;
  /** Of an echo: the text that only the other request has. */
  readonly text?: string;
}

/** What shows that the answer to `own` is that to `other`; undefined where nothing does. */
export function signOf(own: Asked, other: Asked): Sign | undefined {
  const result = member(own.answer, 'result');
  if (result === undefined || isAskingBack(result)) return undefined;
  return shape(own, other, result) ?? schema(own, other, result) ?? echo(own, other);
}

/** Interim results have none of the members of a result. */
function isAskingBack(result: unknown): boolean {
  const type = textMember(result, 'resultType');
  return (type !== undefined && type !== 'complete') || member(result, 'task') !== undefined;
}

/** The members of which a result of each method has one at least. */
const MEMBERS = table<readonly string[]>({
  initialize: ['protocolVersion'],
  'tools/list': ['tools'],
  'prompts/list': ['prompts'],
  'resources/list': ['resources'],
  'resources/templates/list': ['resourceTemplates'],
  'resources/read': ['contents'],
  'prompts/get': ['messages'],
  'tools/call': ['content', 'structuredContent', 'toolResult'],
  'completion/complete': ['completion'],
});

/** Whether an answer does not fit its own request, by the members or the schema of its result. */
export function isOdd({ call, answer, outputSchema }: Asked): boolean {
  const result = member(answer, 'result');
  if (!isObject(result) || isAskingBack(result)) return false;
  const mine = MEMBERS[call.method];
  if (mine && !mine.some((name) => name in result)) return true;
  const given = result['structuredContent'];
  if (given === undefined || outputSchema === undefined || result['isError'] === true) return false;
  return isMisfit(fitOf(given, outputSchema, call.response?.size ?? 0));
}

/** Whether an answer has a text of its request; undefined where the request has none that tells. */
export function repeats({ texts, said }: Asked): boolean | undefined {
  const telling = texts.filter(({ value }) => value.length >= TELLING);
  return telling.length === 0 ? undefined : isSaid(telling, said);
}

function shape(own: Asked, other: Asked, result: unknown): Sign | undefined {
  const [mine, its] = [own, other].map(({ call }) => MEMBERS[call.method]);
  if (!isObject(result) || !mine || !its || mine.some((name) => name in result)) return undefined;
  const found = its.find((name) => Object.hasOwn(result, name));
  return found === undefined ? undefined : { by: 'shape', pointer: `/result/${found}` };
}

function schema(own: Asked, other: Asked, result: unknown): Sign | undefined {
  const given = member(result, 'structuredContent');
  const isEqual = own.call.subject === other.call.subject;
  if (!isObject(given) || isEqual || member(result, 'isError') === true) return undefined;
  // A schema that names nothing fits everything.
  if (!isObject(member(other.outputSchema, 'properties'))) return undefined;
  const { size = 0 } = own.call.response ?? {};
  if (!isMisfit(fitOf(given, own.outputSchema, size))) return undefined;
  const isNamed = Object.keys(given).some(
    (name) => member(other.outputSchema, 'properties', name) !== undefined,
  );
  return isNamed && fitOf(given, other.outputSchema, size) === 'fits'
    ? { by: 'schema', pointer: '/result/structuredContent' }
    : undefined;
}

function echo(own: Asked, other: Asked): Sign | undefined {
  if (own.call.method !== other.call.method) return undefined;
  const { said } = own;
  const onlyMine = own.texts.filter((text) => isApart(text, other.texts));
  if (onlyMine.length === 0 || isSaid(onlyMine, said)) return undefined;
  const found = other.texts.find(
    (text) => text.value.length >= TELLING && isSaid([text], said) && isApart(text, own.texts),
  );
  if (!found) return undefined;
  return { by: 'echo', pointer: '/result', asked: found.pointer, text: found.value };
}

function isSaid(texts: readonly Text[], said: readonly string[]): boolean {
  return texts.some(({ value }) => said.some((text) => text.includes(value)));
}

/** A shorter text may stand in an answer by chance. */
const TELLING = 4;
/** So many texts of one request are looked at, and no longer ones. */
const TEXTS = 16;
const LONGEST = 1000;

interface Text extends Leaf {
  readonly value: string;
}

function textsOf(request: unknown): Text[] {
  const params = member(request, 'params');
  const found = leavesOf(member(params, 'arguments'), '/params/arguments');
  const uri = textMember(params, 'uri');
  if (uri !== undefined) found.push(...leavesOf({ uri }, '/params'));
  return found.filter(isTelling).slice(0, TEXTS);
}

function isTelling(leaf: Leaf): leaf is Text {
  const { value } = leaf;
  return (
    typeof value === 'string' &&
    value.length > 1 &&
    value.length <= LONGEST &&
    !hasPlaceholder(value)
  );
}

function isApart({ value }: Text, others: readonly Text[]): boolean {
  return !others.some((other) => other.value.includes(value) || value.includes(other.value));
}
