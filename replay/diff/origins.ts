/**
 * Where ids come from: what a server gave in an answer and the client carries on. With each replaced
 * by the place it came from, calls that ask for the same thing are equal, whatever the id was.
 */
import { isTelling } from '../../analysis/words/minted.ts';
import { tokensOf, withTokens } from '../../analysis/words/names.ts';
import { canonicalJson } from '../../model/canonical.ts';
import { isObject } from '../../model/json.ts';
import { byTime, type ComparedCall, type ComparedSession, labelOf } from './calls.ts';
import { innerJson } from './values.ts';

/** The key of each call, in which what servers minted is replaced by where it came from. */
export function freshKeys(sessions: readonly ComparedSession[]): Map<ComparedCall, string> {
  const origins = originsOf(sessions);
  const keyOf = ({ call: { from, method }, params, start }: ComparedCall): string => {
    const named = (text: string): string => {
      const origin = origins.get(text);
      return origin !== undefined && origin.time < start ? `<from ${origin.place}>` : text;
    };
    const replaced = mapTexts(params, (text) =>
      origins.has(text) ? named(text) : withTokens(text, named),
    );
    return `${from} ${method} ${canonicalJson(replaced)}`;
  };
  return new Map(
    sessions.flatMap(({ calls }) => calls.map((call) => [call, keyOf(call)] as const)),
  );
}

interface Origin {
  readonly place: string;
  readonly time: number;
}

/** Tokens that first stood in an answer, by text; those that the client said before are its own. */
function originsOf(sessions: readonly ComparedSession[]): Map<string, Origin> {
  const calls = sessions.flatMap((session) =>
    session.calls.map((call) => ({ call, label: labelOf(session) })),
  );
  const said = calls.flatMap(({ call, label }) => [
    { time: call.start, value: call.params, place: undefined },
    { time: call.end, value: call.answer, place: `${label} ${call.call.method}` },
  ]);
  const origins = new Map<string, Origin>();
  const own = new Set<string>();
  for (const { time, value, place } of said.sort((x, y) => byTime(x.time, y.time))) {
    eachText(value, place ?? '', (text, where) => {
      for (const token of new Set([text, ...tokensOf(text).tokens])) {
        if (!isTelling(token) || token.length > LONGEST || own.has(token)) continue;
        if (place === undefined && !origins.has(token)) own.add(token);
        else if (!origins.has(token)) origins.set(token, { place: where, time });
      }
    });
  }
  return origins;
}

/** No id is longer. */
const LONGEST = 200;

/** Every text in a value with the place it stands in, JSON texts looked into. */
function eachText(
  value: unknown,
  place: string,
  tell: (text: string, place: string) => void,
): void {
  if (typeof value === 'string') {
    const inner = innerJson(value);
    if (inner) eachText(inner, place, tell);
    else tell(value, place);
  } else if (Array.isArray(value)) {
    for (const item of value) eachText(item, `${place}/*`, tell);
  } else if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) eachText(inner, `${place}/${name}`, tell);
  }
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, mapTexts(inner, map)]),
  );
}
