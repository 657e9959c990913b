/**
 * What an answer says it is about: a member that is called like the argument (`id`), or a word of
 * introduction before the text (`Echo: …`, `File: …`). Two answers that say so in one way, each of
 * what only the other was asked, are exchanged, whatever the tool did before.
 *
 * An answer that is the text and nothing else may be a translation or an opposite; and who asks for
 * the partner of each of two gets the other by rights.
 */
import { member, textMember } from '../../model/json.ts';
import { leavesOf, openedLeavesOf } from '../footprint/leaves.ts';
import { lastWord, wordsOf } from '../footprint/words.ts';
import type { Asked, Sign } from './whose.ts';

/** Whether both answers say in one way that they are about what the other asked. */
export function nameEachOther(
  [own, sign]: readonly [Asked, Sign],
  [other, its]: readonly [Asked, Sign],
): boolean {
  if (sign.asked !== its.asked || isRelation(own.call.subject ?? '')) return false;
  if (own.call.method === 'tools/call' && own.call.subject !== other.call.subject) return false;
  const place = placeOf(own, sign);
  return place !== undefined && place === placeOf(other, its);
}

/** Whether an answer says at all what it is about. Larger ones are documents, and name many things. */
export function saysSubject({ call, answer, request }: Asked): boolean {
  if ((call.response?.size ?? 0) > LARGE) return false;
  const result = member(answer, 'result');
  if (LABELLED.test(firstText(result)?.slice(0, LOOKED_AT) ?? '')) return true;
  const asked = new Set(leavesOf(member(request, 'params')).map(({ field }) => lastWord(field)));
  return membersOf(result).some(({ field }) => asked.has(lastWord(field)));
}

const LARGE = 65_536;
const LOOKED_AT = 80;
const LABELLED = /^[\s#>*"'`([]{0,9}[^\s\d:="'`([#>*.,;!?]{1,24}[\s:="'`([]{1,9}[^\s:="'`([]/;
/** What stands before the text, up to it. */
const LABEL = /^[\s#>*"'`([]{0,9}([^\s\d:="'`([#>*.,;!?]{1,24})[\s:="'`([]{1,9}$/;

function placeOf({ answer }: Asked, { text = '', asked = '' }: Sign): string | undefined {
  const result = member(answer, 'result');
  const field = lastWord(asked.split('/').at(-1) ?? '');
  const named = membersOf(result).find(
    (leaf) => leaf.value === text && lastWord(leaf.field) === field,
  );
  if (named) return named.pattern;
  const said = firstText(result) ?? '';
  const before = said.slice(0, LOOKED_AT).split(text, 1)[0] ?? '';
  const label = before.length < said.length ? LABEL.exec(before)?.[1] : undefined;
  return label === undefined || isRelation(label) ? undefined : before;
}

function firstText(result: unknown): string | undefined {
  const content = member(result, 'content');
  return Array.isArray(content) ? textMember(content[0], 'text') : undefined;
}

/** The members of the one thing that a result is: what stands in a list of its own was found or is linked. */
function membersOf(result: unknown): { pattern: string; field: string; value: unknown }[] {
  return openedLeavesOf(result).flatMap(({ pattern, field, value }) => {
    const own = pattern.replace(WRAPPED, '');
    return own === pattern || own.includes('*') ? [] : [{ pattern: own, field, value }];
  });
}

const WRAPPED = /^\/(?:structuredContent|content\/\*\/text\/\*|contents\/\*)(?=\/)/;

/** Tools that give another thing than the one they are asked about, which may be mutual. */
function isRelation(name: string): boolean {
  return wordsOf(name).some((word) => RELATIONS.has(word.replace(/s$/, '')));
}

const RELATIONS: ReadonlySet<string> = new Set([
  ...['of', 'next', 'previou', 'prev', 'related', 'similar', 'linked', 'link', 'other', 'pair'],
  ...['partner', 'spouse', 'sibling', 'twin', 'peer', 'friend', 'manager', 'report', 'neighbor'],
  ...['opposite', 'antonym', 'synonym', 'inverse', 'reverse', 'counterpart', 'match', 'neighbour'],
  ...['translate', 'translation', 'convert', 'swap', 'redirect', 'alia', 'resolve', 'see', 'to'],
  ...['caller', 'callee', 'reference', 'import', 'depend', 'dependency', 'parent', 'child'],
  ...['search', 'find', 'lookup', 'query', 'suggest', 'recommend', 'replace', 'rename', 'move'],
]);
