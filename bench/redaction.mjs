// What redaction costs (the lever of figure F4), and what each of its steps finds to do.
// node bench/redaction.mjs [ROUNDS]: prints the best of the rounds, in µs a message of 1 KB and in
// MB/s for texts of 1 MB. Nothing here ever fails: figures of two machines say nothing together.

import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { openRooms } from './rooms.mjs';

process.stdout.write(
  `${''.padEnd(28)}${['no variable', 'two variables'].map((one) => one.padStart(16)).join('')}\n`,
);
const rounds = Number(process.argv[2] ?? 15);
const room = openRooms();
const { createRedact } = await room('model/redaction.js');
const { keyedHash } = await room('tap/hash.js');

const hash = keyedHash(new Uint8Array(32).fill(7));
const environment = {
  PATH: '/usr/bin:/bin',
  HOME: '/home/anna',
  API_TOKEN: 'k3J9xQ7vB2nM5tR8',
  DB_PASSWORD: 'correct horse',
};
const redactors = {
  'no secret variable': createRedact(hash),
  'two of them': createRedact(hash, environment),
};

const WORDS =
  'the server returns every entity that was created in this graph: names, types and observations = 12, see docs/tools.md and https://example.org/a?b=c'.split(
    ' ',
  );

/** @param {number} length */
function prose(length) {
  let text = '';
  for (let at = 0; text.length < length; at = (at * 7 + 3) % 1009) {
    text += `${WORDS[at % WORDS.length]} `;
  }
  return text.slice(0, length);
}

/** @param {unknown} result */
const answer = (result) => JSON.stringify({ jsonrpc: '2.0', id: 7, result });
/** @param {string} text */
const content = (text) => answer({ content: [{ type: 'text', text }] });

/** @param {number} length */
function records(length) {
  const one = (/** @type {number} */ id) => ({
    id,
    name: `entity ${id}`,
    path: `/src/${id}.ts`,
    size: id * 17,
    tags: ['a', 'b'],
  });
  return Array.from({ length: Math.ceil(length / 75) }, (_, id) => one(id));
}

const call = {
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'create_entities', arguments: { entities: records(850) } },
};

/** @type {Record<string, string>} */
const texts = {
  'call of 1 KB': JSON.stringify(call),
  'result of 1 KB': content(prose(950)),
  '1 MB of text': content(prose(1e6)),
  '1 MB of members': answer({ structuredContent: records(1e6) }),
  '1 MB of JSON in a string': content(JSON.stringify(records(0.8e6))),
  '1 MB of base64': content(randomBytes(750_000).toString('base64')),
  '1 MB of text, one secret': content(`${prose(1e6)} AKIA${'A1B2'.repeat(4)}`),
};

for (const [name, text] of Object.entries(texts)) {
  const figures = Object.values(redactors).map((redact) => best(() => redact(text), text.length));
  process.stdout.write(`${name.padEnd(28)}${figures.map((one) => one.padStart(16)).join('')}\n`);
}

/**
 * The best of the rounds, each long enough for the clock.
 *
 * @param {() => unknown} work
 * @param {number} length
 */
function best(work, length) {
  const isSmall = length < 10_000;
  const times = isSmall ? 2000 : 3;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let time = 0; time < times; time++) work();
    least = Math.min(least, (performance.now() - start) / times);
  }
  return isSmall ? `${(least * 1000).toFixed(2)} µs` : `${Math.round(length / least / 1000)} MB/s`;
}
