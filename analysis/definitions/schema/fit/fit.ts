/**
 * Whether a value is one that a schema allows, for schemas and values of peers: a hostile schema may
 * refer to itself a million times, so the work has a limit, and an engine that has none must not meet
 * it. Three answers: a misfit is a proof, and what is not understood, hidden by redaction or too much
 * work is unknown. JSON Schema 2020-12, 2019-09, draft-07 and draft-06; `format` only explains.
 */
import { isObject, type JsonObject, member } from '../../../../model/json.ts';
import { hasPlaceholder, mayHoldPlaceholder } from '../../../../model/placeholder.ts';
import { FIT_RULES } from './keywords.ts';
import {
  type Dialect,
  type Fit,
  type FitRule,
  isMisfit,
  isSpent,
  misfit,
  type Walk,
} from './walk.ts';

const FREE = 5000;
const FOR_EACH_CHARACTER = 10;
const MOST = 1_000_000;
const DEEPEST = 400;
/** In characters. What is larger nobody wrote, and looking for one keyword in it takes long. */
const LARGEST = 200_000;

export { type Fit, isMisfit, type Misfit } from './walk.ts';

/** `size`: the length of the text the value came in; the work stays proportional to it. */
export function fitOf(value: unknown, schema: unknown, size: number): Fit {
  if (!isObject(schema)) return 'unknown';
  const dialect = dialectOf(schema);
  if (!dialect) return 'unknown';
  const walk: Walk = {
    root: schema,
    dialect,
    left: Math.min(FREE + size * FOR_EACH_CHARACTER, MOST),
    depth: 0,
    judge: (inner, part) => judge(inner, part, walk),
  };
  return walk.judge(value, schema);
}

function judge(value: unknown, schema: unknown, walk: Walk): Fit {
  if (schema === true) return 'fits';
  if (schema === false) return misfit('false');
  if (!isObject(schema) || isSpent(walk, 1) || walk.depth >= DEEPEST) return 'unknown';
  if (isHidden(value, walk)) return 'unknown';
  walk.depth++;
  const fit = byKeywords(value, schema, walk);
  walk.depth--;
  return fit;
}

function byKeywords(value: unknown, schema: JsonObject, walk: Walk): Fit {
  let fit: Fit = 'fits';
  const rules = rulesOf(schema, walk);
  if (isSpent(walk, rules.length)) return 'unknown';
  for (const { said, rule } of rules) {
    const one = rule(value, said, schema, walk);
    if (one === 'fits') continue;
    if (isMisfit(one)) return one;
    fit = one;
  }
  return fit;
}

interface Saying {
  readonly said: unknown;
  readonly rule: FitRule;
}

/** What is read of a schema once: the same few come with every message. */
const sayings = new WeakMap<JsonObject, readonly Saying[]>();

function rulesOf(schema: JsonObject, { dialect }: Walk): readonly Saying[] {
  const known = sayings.get(schema);
  if (known) return known;
  // In draft-07 nothing beside a reference counts.
  const isReference = dialect === 'draft-07' && typeof schema['$ref'] === 'string';
  const found = (isReference ? ['$ref'] : Object.keys(schema)).flatMap((keyword): Saying[] => {
    const rule = FIT_RULES[keyword];
    return rule ? [{ said: schema[keyword], rule }] : [];
  });
  sayings.set(schema, found);
  return found;
}

/** A placeholder stands for any value; one in a name, for any member. */
function isHidden(value: unknown, walk: Walk): boolean {
  if (typeof value === 'string') return mayHoldPlaceholder(value);
  if (!isObject(value)) return false;
  for (const name in value) {
    walk.left--;
    if (mayHoldPlaceholder(name)) return true;
  }
  return false;
}

const dialects = new WeakMap<JsonObject, Dialect | null>();

/** Undefined where the schema is in a language that is not known here, too large, or redacted itself. */
export function dialectOf(schema: JsonObject): Dialect | undefined {
  const known = dialects.get(schema);
  if (known !== undefined) return known ?? undefined;
  const said = member(schema, '$schema');
  const dialect = said === undefined ? 'plain' : DIALECTS.find(([uri]) => isSame(uri, said))?.[1];
  const text = JSON.stringify(schema);
  const found = dialect && text.length <= LARGEST && !hasPlaceholder(text) ? dialect : null;
  dialects.set(schema, found);
  return found ?? undefined;
}

const DIALECTS: readonly (readonly [string, Dialect])[] = [
  ['json-schema.org/draft/2020-12/schema', '2020-12'],
  ['json-schema.org/draft/2019-09/schema', '2019-09'],
  ['json-schema.org/draft-07/schema', 'draft-07'],
  ['json-schema.org/draft-06/schema', 'draft-07'],
];

function isSame(uri: string, said: unknown): boolean {
  return (
    typeof said === 'string' && [`https://${uri}`, `http://${uri}`].includes(said.replace(/#$/, ''))
  );
}
