/**
 * Items: whether a read shows what was added as one of a list, so that of two things which were added
 * under one name the second did not take the place of the first.
 */
import { isObject, member, parseJson } from '../../model/json.ts';
import { type Operation, resultOf } from '../footprint/operation.ts';
import { plain } from './features.ts';

/**
 * Whether the read shows the text as an item of a list, or in one. An item that says one of the names
 * as well is a thing of that name, with the text as what was set last.
 */
export function isItemIn(read: Operation, text: string, names: readonly string[]): boolean {
  const isText = (value: unknown): boolean => areEqual(value, text);
  const isItem = (item: unknown): boolean => {
    if (!isObject(item)) return isText(item);
    const values = Object.values(item);
    const isNamed = values.some((value) => names.some((name) => areEqual(value, name)));
    return values.some(isText) && !isNamed;
  };
  const holds = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some((item) => isItem(item) || holds(item));
    return isObject(value) && Object.values(value).some(holds);
  };
  const isListedIn = (shown: string): boolean => {
    const whole = parseJson(shown);
    if (whole.ok) return holds(whole.value);
    return shown.split('\n').some((line) => isText(bulletedIn(line.trim())));
  };
  const result = resultOf(read);
  return holds(member(result, 'structuredContent')) || textsOf(result).some(isListedIn);
}

function areEqual(value: unknown, text: string): boolean {
  return typeof value === 'string' && plain(value).trim() === plain(text).trim();
}

/** The texts of the blocks of a result, which are a list for other reasons. */
function textsOf(result: unknown): string[] {
  const content = member(result, 'content');
  const blocks = Array.isArray(content) ? content.map((block) => member(block, 'text')) : [];
  return blocks.filter((text) => typeof text === 'string');
}

/** What stands behind the mark of an item; undefined where there is none. */
function bulletedIn(line: string): string | undefined {
  return /^(?:[-*•]|\d{1,6}[.)])\s(.*)$/.exec(line)?.[1];
}
