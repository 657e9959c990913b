// What wrapping does to the text of a configuration, in every shape that hosts accept; and that
// unwrapping gives the same bytes back, also when others edited the file meanwhile.
import { parse } from 'jsonc-parser';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { describe, expect, test } from 'vitest';
import { bridgeObstacle, bridgeText, unbridgeText } from '../../tap/wrap/bridge.ts';
import { obstacle } from '../../tap/wrap/rewrite.ts';
import { type Dialect, json, launcher, read, toml, unwrapAll, vscode, wrapAll } from './texts.ts';

const OURS = `"${launcher.file}", "--name", "a", "--entry", "E", "--", `;

/** Shapes of one server `a`, and the text once it is wrapped. */
const shapes: readonly (readonly [
  what: string,
  dialect: Dialect,
  before: string,
  after: string,
])[] = [
  [
    'on one line',
    json,
    '{"mcpServers":{"a":{"command":"npx","args":["-y","x"]}}}',
    `{"mcpServers":{"a":{"command":"/N","args":["${launcher.file}","--name","a","--entry","E","--","npx","-y","x"]}}}`,
  ],
  [
    'no arguments',
    json,
    '{ "mcpServers": { "a": { "command": "x", "env": { "K": "v" } } } }',
    `{ "mcpServers": { "a": { "command": "/N", "args": [${OURS}"x"], "env": { "K": "v" } } } }`,
  ],
  [
    'an empty list, and a variable as command',
    json,
    `{"mcpServers":{"a":{"args":[ ],"command":"\${HOME}/x"}}}`,
    `{"mcpServers":{"a":{"args":[${OURS}"\${HOME}/x" ],"command":"/N"}}}`,
  ],
  [
    'tabs, CRLF, comments, trailing commas, inputs',
    vscode,
    `{\r\n\t// mine\r\n\t"servers": {\r\n\t\t"a": {\r\n\t\t\t"type": "stdio",\r\n\t\t\t"command": "cmd", // shell\r\n\t\t\t"args": [\r\n\t\t\t\t"/c", // run\r\n\t\t\t\t"npx",\r\n\t\t\t\t"\${input:key}",\r\n\t\t\t],\r\n\t\t},\r\n\t},\r\n}\r\n`,
    `{\r\n\t// mine\r\n\t"servers": {\r\n\t\t"a": {\r\n\t\t\t"type": "stdio",\r\n\t\t\t"command": "/N", // shell\r\n\t\t\t"args": [\r\n\t\t\t\t"${launcher.file}",\r\n\t\t\t\t"--name",\r\n\t\t\t\t"a",\r\n\t\t\t\t"--entry",\r\n\t\t\t\t"E",\r\n\t\t\t\t"--",\r\n\t\t\t\t"cmd",\r\n\t\t\t\t"/c", // run\r\n\t\t\t\t"npx",\r\n\t\t\t\t"\${input:key}",\r\n\t\t\t],\r\n\t\t},\r\n\t},\r\n}\r\n`,
  ],
  [
    'no arguments, over lines',
    json,
    '{\n  "mcpServers": {\n    "a": {\n\n      "command" : "x"\n    }\n  }\n}\n',
    `{\n  "mcpServers": {\n    "a": {\n\n      "command" : "/N",\n      "args" : [${OURS}"x"]\n    }\n  }\n}\n`,
  ],
  [
    'escapes, doubled keys, arguments that are no text',
    json,
    '{"mcpServers":{"a":0},"mcpServers":{"a":{"command":"q","command":"\\u006epx","args":[1]}}}',
    `{"mcpServers":{"a":0},"mcpServers":{"a":{"command":"q","command":"/N","args":[${OURS}"npx", 1]}}}`,
  ],
  [
    'a table',
    toml,
    "[mcp_servers.a] # t\ncommand = 'C:\\x' # c\nargs = [\n  \"-y\", # y\n]\n[mcp_servers.a.env]\nK = 'v'\n",
    `[mcp_servers.a] # t\ncommand = "/N" # c\nargs = [\n  "${launcher.file}",\n  "--name",\n  "a",\n  "--entry",\n  "E",\n  "--",\n  "C:\\\\x",\n  "-y", # y\n]\n[mcp_servers.a.env]\nK = 'v'\n`,
  ],
  [
    'a table without arguments, CRLF, indented',
    toml,
    '[mcp_servers."a"]\r\n  command="x" # c\r\n\r\n[other]\r\n',
    `[mcp_servers."a"]\r\n  command="/N" # c\r\n  args=[${OURS}"x"]\r\n\r\n[other]\r\n`,
  ],
  [
    'an inline table at the end of the text',
    toml,
    '[mcp_servers]\na = { command = "x" }',
    `[mcp_servers]\na = { command = "/N", args = [${OURS}"x"] }`,
  ],
  [
    'dotted keys, the command last and without a line end',
    toml,
    'mcp_servers.a.startup_timeout_sec = 9\nmcp_servers.a.command = """x"""',
    `mcp_servers.a.startup_timeout_sec = 9\nmcp_servers.a.command = "/N"\nmcp_servers.a.args = [${OURS}"x"]`,
  ],
];

describe('a wrapped text', () => {
  test.each(shapes)('%s', (_, dialect, before, after) => {
    const wrapped = wrapAll(before, dialect);
    expect(wrapped.text).toBe(after);
    expect(unwrapAll(after, dialect, wrapped.originals)).toBe(before);
  });

  test.each(shapes)('means the same without our records: %s', (_, dialect, before, after) => {
    const parsed = (text: string): unknown =>
      dialect === toml ? getStaticTOMLValue(parseTOML(text)) : parse(text);
    // Arguments that were never there are an empty list then.
    const plain = (text: string): string =>
      JSON.stringify(parsed(text))
        .replace(/,?"args":\[\]/, '')
        .replace('{,', '{');
    expect(plain(unwrapAll(after, dialect))).toBe(plain(before));
  });
});

const BRIDGE = `"${launcher.file}", "--name", "a", "--bridge", `;

/** Shapes of one remote server `a`, and the text once a bridge is in its place. */
const bridges: readonly (readonly [what: string, before: string, after: string])[] = [
  [
    'an address alone',
    '{"mcpServers":{"a":{"serverUrl":"https://x/mcp"}}}',
    `{"mcpServers":{"a":{"command":"/N","args":[${BRIDGE}"serverUrl", "--entry", "E", "--", "npx", "-y", "mcp-remote@0.15.1", "https://x/mcp"]}}}`,
  ],
  [
    'headers with a variable, a kind, keys that nobody knows, comments, CRLF',
    `{\r\n\t"mcpServers": {\r\n\t\t"a": {\r\n\t\t\t"type": "streamable-\\u0068ttp",\r\n\t\t\t"url": "https:\\/\\/\${env:HOST}/", // ours\r\n\t\t\t"headers": {"Authorization" : "Bearer \${env:T}", "X-Key": "k",},\r\n\t\t\t"timeout": 3\r\n\t\t}\r\n\t}\r\n}`,
    `{\r\n\t"mcpServers": {\r\n\t\t"a": {\r\n\t\t\t"type": "stdio",\r\n\t\t\t"command": "/N",\r\n\t\t\t"args": [${BRIDGE}"url", "--entry", "E", "--", "npx", "-y", "mcp-remote@0.15.1", "https://\${env:HOST}/"], // ours\r\n\t\t\t"env": {"WIRETAPE_HEADER_Authorization" : "Bearer \${env:T}", "WIRETAPE_HEADER_X-Key": "k",},\r\n\t\t\t"timeout": 3\r\n\t\t}\r\n\t}\r\n}`,
  ],
];

describe('a bridge', () => {
  test.each(bridges)('%s', (_, before, after) => {
    const [server] = read(before, json);
    if (!server) throw new Error('no server');
    expect(bridgeObstacle(server)).toBeUndefined();
    const { language } = json;
    const { text, original } = bridgeText(before, server, { launcher, language, entry: 'E' });
    expect(text).toBe(after);
    const [bridge] = read(after, json);
    if (!bridge) throw new Error('no bridge');
    expect(unbridgeText(after, bridge, { original, language })).toBe(before);
    const back = unbridgeText(after, bridge, { original: undefined, language });
    const kind = before.includes('type') ? '"http"' : 'undefined';
    expect(JSON.stringify(parse(back)).replace(/"streamable-http"/, kind)).toBe(
      JSON.stringify(parse(before)).replace(/"streamable-http"/, kind),
    );
  });

  test.each([
    ['{"url":"https://x","auth":{}}', 'its host signs in for it'],
    ['{"url":"https://x","headersHelper":"x"}', 'the bridge knows no headersHelper'],
    ['{"url":"https://x","env":{}}', 'the bridge knows no env'],
    ['{"url":"https://x","httpUrl":"https://y"}', 'it has two addresses'],
    ['{"url":"https://x","headers":{"a b":"c"}}', 'its headers are unusual'],
    ['{"url":"http://x"}', 'its address is not https'],
    ['{"url":"http://localhost:1/mcp"}', undefined],
    ['{"url":"unix:///sock"}', 'its address is not https'],
    ['{"url":"https://u:p@x"}', 'its address may hold a secret, and would be an argument'],
    ['{"url":"https://x/?key=1"}', 'its address may hold a secret, and would be an argument'],
    ['{"url":"x"}', 'its address is none of the web'],
    ['{"command":"x"}', 'it is not remote'],
  ])('is put in the place of %s only without an obstacle: %s', (entry, expected) => {
    const [server] = read(`{"mcpServers":{"a":${entry}}}`, json);
    expect(server && bridgeObstacle(server)).toBe(expected);
  });
});

const edits: readonly (readonly [
  what: string,
  dialect: Dialect,
  edit: (wrapped: string) => string,
  expected: string,
])[] = [
  [
    'an argument and a server were added, a variable changed, and all indented anew',
    json,
    (text) => {
      const value = JSON.parse(text);
      value.mcpServers.a.args.push('--new');
      value.mcpServers.a.env.K = '2';
      value.mcpServers.b = { command: 'y' };
      return JSON.stringify(value, null, 4);
    },
    JSON.stringify(
      {
        mcpServers: {
          a: { command: 'x', args: ['--old', '--new'], env: { K: '2' } },
          b: { command: 'y' },
        },
      },
      null,
      4,
    ),
  ],
  [
    'the command behind the launcher was changed',
    json,
    (text) => text.replace('"x"', '"z"'),
    '{"mcpServers":{"a":{"command":"z","args":["--old"],"env":{"K":"1"}}}}',
  ],
  [
    'a Node of another place was put in',
    json,
    (text) => text.replace('"/N"', '"/other/node"'),
    '{"mcpServers":{"a":{"command":"x","args":["--old"],"env":{"K":"1"}}}}',
  ],
];

describe('a wrapped text that others edited', () => {
  test.each(edits)('%s', (_, dialect, edit, expected) => {
    const before = '{"mcpServers":{"a":{"command":"x","args":["--old"],"env":{"K":"1"}}}}';
    const { text, originals } = wrapAll(before, dialect);
    expect(unwrapAll(edit(text), dialect, originals)).toBe(expected);
  });

  test('arguments that were added where there had been none stay', () => {
    const before = '[mcp_servers.a]\ncommand = "x"\n';
    const { text, originals } = wrapAll(before, toml);
    const edited = text.replace('"x"]', '"x", "-v",]');
    expect(unwrapAll(edited, toml, originals)).toBe(
      '[mcp_servers.a]\ncommand = "x"\nargs = ["-v",]\n',
    );
  });
});

test.each([
  ['{"url":"https://x"}', 'it is remote'],
  ['{"type":"stdio"}', 'it has no command'],
  ['{"command":["npx","x"]}', 'its command is no text'],
  ['{"command":"x","args":"-y"}', 'its arguments are no list'],
  ['{"command":"npx","args":["-y","wiretape@1","tap","--","x"]}', 'it runs wiretape tap already'],
  ['{"command":"/opt/bin/wiretape","args":["tap","x"]}', 'it runs wiretape tap already'],
  ['{"command":"npx","args":["tap"]}', undefined],
  ['null', 'it has no command'],
])('an entry %s is left alone: %s', (entry, expected) => {
  const [server] = read(`{"mcpServers":{"__proto__":${entry}}}`, json);
  expect(server?.name).toBe('__proto__');
  expect(server && obstacle(server)).toBe(expected);
});

test.each([
  [json, '', []],
  [json, ' // nothing yet\n', []],
  [json, '{}', []],
  [json, '{"mcpServers":[]}', []],
  [json, '{"mcpServers":{"a":{}},}', ['a']],
  [json, '{"mcpServers":{"a":{},}', 'close brace expected, line 1'],
  [json, '{\n"mcpServers" {}}', 'colon expected, line 2'],
  [json, '[]', 'no object, line 1'],
  [json, `{"mcpServers":${'['.repeat(200_000)}`, 'nested too deep, line 1'],
  [toml, '', []],
  [toml, '[mcp_servers]\n[[other]]\nx = 1\n', []],
  [toml, '[mcp_servers.a]\n[mcp_servers.a]\n', 'defining a key multiple times is invalid, line 2'],
])('what %# holds: %s', (dialect, text, expected) => {
  const names = (): string[] => read(text, dialect).map(({ name }) => name);
  if (Array.isArray(expected)) expect(names()).toEqual(expected);
  else {
    expect(() => {
      try {
        names();
      } catch (error) {
        const { message, line } = error as Error & { line: number };
        throw new Error(`${message}, line ${line}`);
      }
    }).toThrow(expected);
  }
});
