// What a tap finds of the entry that started it: the same however the entry is written and wrapped,
// another one when it says something else, and nothing where nothing can be known.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { originOf } from '../../tap/wrap/origin.ts';
import { entryId, keepRecords } from '../../tap/wrap/records.ts';
import { temporaryFolder } from '../cli/wiretape.ts';

async function configured() {
  const folder = await temporaryFolder();
  const state = join(folder.path, 'state');
  const original = { command: 'npx', literal: '"npx"', hadArgs: true };
  const common = {
    scope: 'user',
    name: 'notes',
    when: '2026-11-25T10:02:00.000Z',
    original,
  } as const;
  const json = {
    ...common,
    host: 'vscode',
    file: join(folder.path, 'mcp.json'),
    keys: ['servers'],
  } as const;
  const toml = {
    ...common,
    host: 'codex',
    file: join(folder.path, 'config.toml'),
    keys: ['mcp_servers'],
  } as const;
  await keepRecords(state, [json, toml]);
  return {
    state,
    json,
    toml,
    async meaning(place: typeof json | typeof toml, text: string) {
      await writeFile(place.file, text);
      const { meaning, ...where } = await originOf(entryId(place), state);
      expect(where).toEqual({ host: place.host, file: place.file });
      return meaning;
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const ours = '"/s/wiretape-launcher.mjs","--name","notes","--entry","E","--"';

test('an entry means the same however it is written, and whatever launcher stands in it', async () => {
  await using here = await configured();
  const { json, toml } = here;
  const wrapped = `{"servers":{"notes":{"command":"/n","args":[${ours},"npx","-y"],"env":{"K":"1"}}}}`;
  const meaning = await here.meaning(json, wrapped);
  expect(meaning).toBe('{"args":["-y"],"command":"npx","env":{"K":"1"}}');
  const same = [
    `{"servers":{"notes":{"env":{"K":"1"},"args":["-y"],"command":"npx"},"other":{}}}`,
    wrapped.replace('/n', '/m').replace('"E"', '"F"').replace('/s/', '/t/'),
    `\ufeff{ // mine\n"servers":{"notes":{"command":"npx","args":["-y",],"env":{"K":"1"}}}}`,
  ];
  for (const text of same) expect(await here.meaning(json, text)).toBe(meaning);
  const table = `[mcp_servers.notes]\ncommand = '/n'\nargs = [${ours}, "npx", "-y"]\nenv = { K = "1" }\n`;
  expect(await here.meaning(toml, table)).toBe(meaning);

  const others = [wrapped.replace('"1"', '"2"'), wrapped.replace('"-y"', '"-n"')];
  for (const text of others) expect(await here.meaning(json, text)).not.toBe(meaning);
  const bare = `{"servers":{"notes":{"command":"/n","args":[${ours},"npx"]}}}`;
  expect(await here.meaning(json, bare)).toBe('{"command":"npx"}');
});

test('what is gone, broken or too large has no meaning, and an entry without a record no place', async () => {
  await using here = await configured();
  const { json, toml } = here;
  const entry = '"servers":{"notes":{"command":"x"}}';
  const large = (size: number): string => `{"fill":"${'x'.repeat(size)}",${entry}}`;
  expect(await here.meaning(json, large(900_000))).toBe('{"command":"x"}');
  expect(await here.meaning(json, large(1_100_000))).toBeUndefined();
  expect(await here.meaning(json, `// c\n${large(30_000)}`)).toBe('{"command":"x"}');
  expect(await here.meaning(json, `// c\n${large(70_000)}`)).toBeUndefined();
  for (const text of ['', '[]', '{"servers":{}}', '{"servers":{"notes":1}}'])
    expect(await here.meaning(json, text)).toBeUndefined();
  expect(await here.meaning(toml, '[mcp_servers.notes')).toBeUndefined();
  await rm(toml.file);
  await mkdir(toml.file);
  expect(await originOf(entryId(toml), here.state)).toEqual({ host: 'codex', file: toml.file });
  expect(await originOf('0123456789ab', here.state)).toEqual({});
  await writeFile(join(here.state, 'wrapped.json'), '{');
  expect(await originOf(entryId(json), here.state)).toEqual({});
});
