// Whatever a configuration looks like: what was wrapped, in any order, is unwrapped to the same bytes.
import process from 'node:process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unwrapText, wrappingOf } from '../../tap/wrap/rewrite.ts';
import { type Dialect, json, read, toml, wrapAll, wrappable } from './texts.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 0x7fff_ffff);
process.stdout.write(`seed ${seed}\n`);

/** Space and comments between two tokens of JSON. */
const space = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('', ' ', '\n  ', '\r\n\t', '\t') },
  { weight: 1, arbitrary: fc.constantFrom('\n\n', ' // "a": [\n', '/* ] */', ' // ü\r\n  ') },
);

const texts = fc.oneof(
  fc.constantFrom('npx', '-y', '--', `\${HOME}/x`, 'C:\\x y', '--name', 'cmd', '/c', '', '[', '"'),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

const escaped = (text: string): string =>
  `"${[...text].map((one) => (one < '\u{10000}' ? `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}` : one)).join('')}"`;

const literal = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(JSON.stringify(text)) },
    { weight: 1, arbitrary: fc.constant(escaped(text)) },
  );

/** Parts between brackets, with space around each and sometimes a comma too many. */
function between(
  open: string,
  close: string,
  parts: readonly fc.Arbitrary<string>[],
): fc.Arbitrary<string> {
  const padded = fc.tuple(
    ...parts.map((part) => fc.tuple(space, part, space).map((all) => all.join(''))),
  );
  const end = fc.tuple(fc.boolean(), space);
  return fc.tuple(padded, end).map(([all, [comma, last]]) => {
    const trailing = comma && all.length > 0 ? ',' : '';
    return `${open}${all.join(',')}${trailing}${last}${close}`;
  });
}

const member = (key: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(literal(key), space, space, value)
    .map(([name, a, b, text]) => `${name}${a}:${b}${text}`);

const list = fc
  .array(fc.oneof(texts.chain(literal), fc.constantFrom('1', 'null', '{}', '[ ]')), {
    maxLength: 4,
  })
  .chain((items) =>
    between(
      '[',
      ']',
      items.map((item) => fc.constant(item)),
    ),
  );

const others = fc.constantFrom('env', 'type', 'disabled', `\${k}`, '__proto__', 'x y');
const anything = fc.oneof(fc.constantFrom('1', 'true', '{}', '{"command":"q"}', '["a"]'), list);

/** The members of an entry, in any order. */
const server = fc
  .record({
    command: texts.filter((text) => text !== ''),
    hasArgs: fc.boolean(),
    rest: fc.uniqueArray(others, { maxLength: 3 }),
    order: fc.infiniteStream(fc.nat()),
  })
  .chain(({ command, hasArgs, rest, order }) => {
    const members = [
      member('command', literal(command)),
      ...(hasArgs ? [member('args', list)] : []),
      ...rest.map((key) => member(key, anything)),
    ];
    const ranked = members.map((one) => ({ one, rank: order.next().value as number }));
    return between(
      '{',
      '}',
      ranked.sort((a, b) => a.rank - b.rank).map(({ one }) => one),
    );
  });

const names = fc.uniqueArray(fc.oneof(fc.constantFrom('a', 'b c', '', '__proto__'), texts), {
  minLength: 1,
  maxLength: 4,
});

const jsonText = names.chain((all) => {
  const servers = between(
    '{',
    '}',
    all.map((name) => member(name, server)),
  );
  const root = [member('other', anything), member('mcpServers', servers), member('last', anything)];
  return fc.tuple(space, between('{', '}', root), space).map((parts) => parts.join(''));
});

/** A string of TOML in one of its four forms. */
function tomlLiteral(text: string): fc.Arbitrary<string> {
  const quoted = JSON.stringify(text).replaceAll('\u007f', '\\u007f');
  const forms = [quoted, `""${quoted}""`];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these may not stand between single quotes.
  if (!/['\u0000-\u001f\u007f]|\p{Surrogate}/u.test(text)) forms.push(`'${text}'`, `'''${text}'''`);
  return fc.constantFrom(...forms);
}

const sound = texts.filter((text) => !/\p{Surrogate}/u.test(text));
const gap = fc.constantFrom('', ' ', '\t');
const comment = fc.constantFrom('', '', ' # "c" = [', '  # ü');
const lineSpace = fc.constantFrom('', '\n', ' # x ]\n  ', '\n\t');

const tomlList = fc
  .tuple(
    fc.array(fc.tuple(lineSpace, sound.chain(tomlLiteral)), { maxLength: 4 }),
    fc.boolean(),
    lineSpace,
  )
  .map(([items, comma, last]) => {
    const text = items.map(([before, item]) => before + item).join(',');
    return `[${text}${comma && items.length > 0 ? ',' : ''}${last}]`;
  });

/** One server, as a table of its own or as lines of the table of servers. */
const tomlServer = fc
  .record({
    name: sound,
    form: fc.constantFrom('table', 'inline', 'dotted'),
    command: sound.filter((text) => text !== '').chain(tomlLiteral),
    args: fc.option(tomlList, { nil: undefined }),
    pad: fc.array(gap, { minLength: 4, maxLength: 4 }),
    end: comment,
    argsFirst: fc.boolean(),
  })
  .map(({ name, form, command, args, pad: [a, b, c, d], end, argsFirst }) => {
    const key = JSON.stringify(name).replaceAll('\u007f', '\\u007f');
    const pairs = [`command${a}=${b}${command}`];
    if (args !== undefined) pairs.push(`args${c}=${d}${args}`);
    if (argsFirst) pairs.reverse();
    const lines = (before: string): string =>
      pairs.map((pair) => `${before}${pair}${end}\n`).join('');
    const inline = `${key} = {${a}${pairs.join(`${a},${b}`)}${b}}${end}\n`;
    const text = form === 'inline' ? inline : lines(form === 'dotted' ? `${key}.` : (d ?? ''));
    const isTable = form === 'table';
    return { name, isTable, text: isTable ? `${c}[mcp_servers.${key}]${end}\n${text}` : text };
  });

const tomlText = fc
  .tuple(
    fc.uniqueArray(tomlServer, { selector: ({ name }) => name, minLength: 1, maxLength: 4 }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([servers, hasCrLf, hasNoEnd]) => {
    const lines = servers.filter(({ isTable }) => !isTable).map(({ text }) => text);
    const tables = servers.filter(({ isTable }) => isTable);
    const others = tables.map(({ text }, at) => `${text}\n[other${at}] # c\nx = 1\n`);
    const whole = `model = "m"\n[mcp_servers]\n${lines.join('')}${others.join('')}`;
    const text = hasNoEnd ? whole.trimEnd() : whole;
    return hasCrLf ? text.replaceAll('\n', '\r\n') : text;
  });

function holds(text: string, dialect: Dialect, order: readonly number[]): void {
  const all = wrappable(text, dialect);
  const before = new Map(read(text, dialect).map((one) => [one.name, one.command?.value]));
  const { text: wrapped, originals } = wrapAll(text, dialect, shuffled(all, order));
  const after = read(wrapped, dialect);
  for (const name of all) {
    const found = after.find((one) => one.name === name);
    expect(found && wrappingOf(found)?.command).toBe(before.get(name));
  }
  const back = shuffled(all, order.toReversed()).reduce((now, name) => {
    const found = read(now, dialect).find((one) => one.name === name);
    if (!found) throw new Error(`${name} is gone`);
    return unwrapText(now, found, { original: originals.get(name), language: dialect.language });
  }, wrapped);
  expect(back).toBe(text);
}

function shuffled(all: readonly string[], order: readonly number[]): string[] {
  return all
    .map((name, at) => ({ name, rank: order[at] ?? 0 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ name }) => name);
}

const order = fc.array(fc.nat(), { minLength: 4, maxLength: 4 });

test('JSON with comments', () => {
  let changed = 0;
  fc.assert(
    fc.property(jsonText, order, (text, ranks) => {
      changed += wrappable(text, json).length;
      holds(text, json, ranks);
    }),
    { seed, numRuns: 300 },
  );
  expect(changed).toBeGreaterThan(300);
});

test('TOML', () => {
  let changed = 0;
  fc.assert(
    fc.property(tomlText, order, (text, ranks) => {
      changed += wrappable(text, toml).length;
      holds(text, toml, ranks);
    }),
    { seed, numRuns: 300 },
  );
  expect(changed).toBeGreaterThan(300);
});
