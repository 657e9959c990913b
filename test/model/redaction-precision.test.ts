// What is no secret stays: of 10,000 ordinary values at most one in a thousand is touched. Half of them are lines
// of manuals that lie here anyway, written by hundreds of people; the others are made, in the shapes that come closest
// to secrets. And the values of ordinary environments do not blank a recording.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isSecretVariable } from '../../model/environment.ts';
import { keyedHash } from '../../model/keyed-hash.ts';
import { createRedact } from '../../model/redaction.ts';
import { ROOT } from '../kit/built.ts';
import { dice, SEED, shuffled } from '../kit/random.ts';

const redact = createRedact(keyedHash(new Uint8Array(32).fill(7)));
const roll = dice();
const pick = <T>(items: readonly T[]): T => items[roll(items.length)] as T;
const letters = (length: number, from: string): string =>
  Array.from({ length }, () => from.charAt(roll(from.length))).join('');
const hex = (length: number): string => letters(length, '0123456789abcdef');
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const MADE: readonly (() => readonly [name: string, value: unknown])[] = [
  () => ['id', `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`],
  () => ['commit', hex(40)],
  () => ['sha256', hex(64)],
  () => ['integrity', `sha512-${letters(86, BASE64)}==`],
  () => ['path', `/home/${pick(['ada', 'bob', 'me'])}/projects/${hex(6)}/src/index.ts`],
  () => ['uri', `https://example.org/${hex(8)}/page?id=${roll(10_000)}&sort=name`],
  () => ['data', letters(400, BASE64)],
  () => ['createdAt', new Date(1_700_000_000_000 + roll(1e10)).toISOString()],
  () => ['model', pick(['gpt-4o-mini-2024-07-18', 'claude-sonnet-4-20250514', 'gemini-2.5-flash'])],
  () => ['name', pick(['create_entities', 'read_graph', 'get-structured-content', 'maskTokens'])],
  () => ['version', `${roll(20)}.${roll(30)}.${roll(9)}-rc.${roll(4)}`],
  () => ['environment', pick(['production', 'staging', 'development'])],
  () => ['nextPageToken', letters(24, BASE64)],
  () => ['cursor', Buffer.from(`offset:${roll(1e6)}`).toString('base64')],
  () => ['progressToken', roll(1e6)],
  () => ['max_tokens', 1024 * (1 + roll(8))],
  () => ['text', `function token${roll(9)}(key) { return key === tokens[${roll(9)}]; }`],
  () => ['text', `const password = form.password; // asks for it, line ${roll(999)}`],
  () => ['text', `The bearer of this message is ${pick(['Ada', 'Grace'])}, basic questions first.`],
  () => ['key', pick(['Enter', 'ArrowDown', `item-${roll(99)}`])],
  () => ['tokenCount', roll(9999)],
  () => ['cookie', `^${roll(3)}.${roll(20)}.${roll(9)}`],
  () => ['csrf-token', `>=${roll(5)}.${roll(9)} <${5 + roll(5)}`],
  () => ['text', `  token: ${pick(['Uint8Array', 'uint256;', 'Base64Url', 'Utf8String'])}`],
  () => ['text', `pass: ${10 + roll(80)}of${10 + roll(80)}`],
  () => ['text', `export API_KEY=$${'{'}API_KEY:-default${roll(9)}}`],
  () => ['credentials', pick(['same-origin', 'include', 'omit'])],
  () => ['password', pick(['string', 'required'])],
];

/** Lines of the manuals of installed packages. */
function manuals(count: number): string[] {
  const folder = join(ROOT, 'node_modules');
  const names = readdirSync(folder)
    .filter((name) => /^[a-z]/.test(name))
    .sort();
  const lines = names.flatMap((name) => {
    const files = readdirSync(join(folder, name)).filter((file) => /^readme\.md$/i.test(file));
    return files.flatMap((file) => readFileSync(join(folder, name, file), 'utf8').split('\n'));
  });
  return shuffled(
    lines.filter((line) => line.trim().length > 3),
    roll,
  ).slice(0, count);
}

test(`of 10,000 ordinary values at most 10 are touched (seed ${SEED})`, () => {
  const values = [
    ...manuals(5000).map((line) => ['text', line] as const),
    ...Array.from({ length: 5000 }, () => pick(MADE)()),
  ];
  expect(values).toHaveLength(10_000);
  const touched = values.filter(([name, value]) => {
    const message = { jsonrpc: '2.0', id: 1, result: { content: [{ [name]: value }] } };
    const text = JSON.stringify(message);
    return redact(text).text !== text;
  });
  expect(touched.length, JSON.stringify(touched, null, 1)).toBeLessThanOrEqual(10);
});

test('ordinary environments survive', () => {
  const environment = {
    HOME: '/home/ada',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    USER: 'ada.lovelace',
    LOGNAME: 'ada.lovelace',
    SHELL: '/usr/bin/zsh',
    LANG: 'en_GB.UTF-8',
    NODE_ENV: 'production',
    MEMORY_FILE_PATH: '/home/ada/memory.json',
    LOG_LEVEL: 'information',
    REGION: 'eu-central-1',
    TZ: 'Europe/Amsterdam',
    EDITOR: 'code --wait',
    PROJECT: 'analytical-engine',
    DATABASE_HOST: 'db.internal.example.org',
    npm_config_user_agent: 'npm/11.19.1 node/v20.20.2 linux x64',
    MAX_TOKENS: '4096',
  };
  const secret = Object.entries(environment).filter(([name, value]) =>
    isSecretVariable(name, value),
  );
  expect(secret).toEqual([]);
});
