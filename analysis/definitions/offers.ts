/** How prompts, resources and resource templates changed. */
import { isObject, type JsonObject, textMember } from '../../model/json.ts';
import type { Change, Differ } from './change.ts';
import { shortJson } from './schema/short.ts';
import { unknownChanges } from './tool.ts';
import { wording } from './words.ts';

const WORDS = ['title', 'description', 'icons', '_meta', 'annotations', 'size'] as const;

export const promptChanges: Differ = (before, after) => {
  const [old, now] = [argumentsOf(before), argumentsOf(after)];
  const gone = [...old.keys()].filter((name) => !now.has(name));
  const fresh = [...now].filter(([name]) => !old.has(name));
  return [
    ...gone.map((name): Change => ({ level: 'breaking', at: at(name), text: 'gone' })),
    ...fresh.map(
      ([name, one]): Change =>
        isRequired(one)
          ? { level: 'breaking', at: at(name), text: 'new, and required' }
          : { level: 'widening', at: at(name), text: 'new, optional' },
    ),
    ...[...now].flatMap(([name, one]) => argumentChanges(name, old.get(name), one)),
    ...words(before, after),
    ...unknownChanges(before, after, ['name', 'arguments', ...WORDS]),
  ];
};

function at(name: string): string {
  return `arguments ${name}`;
}

function isRequired(argument: JsonObject): boolean {
  return argument['required'] === true;
}

function argumentsOf({ arguments: list }: JsonObject): Map<string, JsonObject> {
  const all = Array.isArray(list) ? list.filter(isObject) : [];
  return new Map(all.map((one) => [textMember(one, 'name') ?? '', one]));
}

function argumentChanges(
  name: string,
  before: JsonObject | undefined,
  after: JsonObject,
): Change[] {
  if (!before) return [];
  const need: Change[] =
    isRequired(before) === isRequired(after)
      ? []
      : isRequired(after)
        ? [{ level: 'breaking', at: at(name), text: 'required now' }]
        : [{ level: 'widening', at: at(name), text: 'no longer required' }];
  const said = ['title', 'description'].flatMap((word) =>
    wording(`${at(name)} ${word}`, before[word], after[word]),
  );
  return [
    ...need,
    ...said,
    ...unknownChanges(before, after, ['name', 'required', 'title', 'description']),
  ];
}

/** Of a resource and of a template; `key` is what it is asked for by. */
export const resourceChanges =
  (key: 'uri' | 'uriTemplate'): Differ =>
  (before, after) => {
    const [was, is] = [before['mimeType'], after['mimeType']];
    const type: Change[] =
      was === is
        ? []
        : [
            {
              level: was === undefined ? 'widening' : 'breaking',
              at: 'mimeType',
              text: `${shortJson(was)} → ${shortJson(is)}`,
            },
          ];
    return [
      ...type,
      ...wording('name', before['name'], after['name']),
      ...words(before, after),
      ...unknownChanges(before, after, [key, 'name', 'mimeType', ...WORDS]),
    ];
  };

function words(before: JsonObject, after: JsonObject): Change[] {
  return WORDS.flatMap((name) => wording(name, before[name], after[name]));
}
