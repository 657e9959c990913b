/** Reads what a user says of his tools, from a configuration: all of it is known, or it is a fault that says where. */
import { ACCESS_WORDS, type AccessTemplates, type FootprintRule } from './footprint-rule.ts';
import { templateOf } from './footprint-template.ts';
import { isObject } from './json.ts';
import { list, members, type Path, RuleFault, textAt } from './user-rules.ts';

/** Throws a RuleFault. */
export function readFootprints(value: unknown, path: Path): readonly FootprintRule[] {
  return list(value, path, ruleAt);
}

function ruleAt(value: unknown, path: Path): FootprintRule {
  if (isObject(value) && 'share' in value) {
    const { servers, share } = members(value, path, ['servers', 'share']);
    const names = list(servers, [...path, 'servers'], textAt);
    if (names.length === 0) throw new RuleFault(path, 'it does not say which servers share');
    return { servers: names, share: textAt(share, [...path, 'share']) };
  }
  const { server, tool, accesses } = members(value, path, ['server', 'tool', 'accesses']);
  return {
    ...(server === undefined ? {} : { server: textAt(server, [...path, 'server']) }),
    tool: textAt(tool, [...path, 'tool']),
    accesses: accessesAt(accesses, [...path, 'accesses']),
  };
}

function accessesAt(value: unknown, path: Path): AccessTemplates {
  const words = members(value, path, ACCESS_WORDS);
  return Object.fromEntries(
    Object.entries(words).map(([word, given]) => {
      const at = [...path, word];
      return [word, Array.isArray(given) ? list(given, at, templateAt) : templateAt(given, at)];
    }),
  );
}

function templateAt(value: unknown, path: Path): string {
  const text = textAt(value, path);
  if (templateOf(text)) return text;
  throw new RuleFault(
    path,
    `${text} names no resource: what stands in braces is a JSON pointer into the arguments, as in file:{/path}`,
  );
}
