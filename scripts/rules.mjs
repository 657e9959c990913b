// Writes docs/rules.md from what the rules say of themselves, so that the manual cannot differ from them.
// `npm run docs` runs it; a test compares the file with what it would write.

import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { RULES } from '../analysis/index.ts';

/**
 * The families by how the codes of their rules begin, in the order of the page.
 * @type {readonly (readonly [string, string])[]}
 */
const FAMILIES = [
  ['C', 'Conflicts'],
  ['P-RPC', 'Messages'],
  ['P-ID', 'Ids'],
  ['P-LIF', 'Opening and revisions'],
  ['P-CAP', 'Capabilities'],
  ['P-DIR', 'Who asks whom'],
  ['P-STD', 'Pipes and processes'],
  ['P-HTTP', 'HTTP'],
  ['P-CAN', 'Cancellation'],
  ['P-PRG', 'Progress'],
  ['P-LOG', 'Log messages'],
  ['P-SUB', 'Subscriptions'],
  ['P-TOOL', 'Tools'],
  ['P-RES', 'Resources'],
  ['P-PAG', 'Pages of lists'],
  ['P-RT', 'Kinds of results'],
  ['P-MRTR', 'Requests in rounds'],
  ['P-CACHE', 'Caching'],
  ['P-ELI', 'Elicitation'],
  ['P-SAM', 'Sampling'],
  ['P-TSK', 'Tasks'],
  ['P-TRC', 'Traces'],
];

/** @typedef {import('../analysis/index.ts').Rule} Rule */

/** @param {readonly Rule[]} rules */
export function rulesPage(rules) {
  const families = FAMILIES.map(([prefix, title]) => ({
    title,
    rules: rules.filter(({ code }) => code.replace(/-?\d+$/, '') === prefix),
  })).filter((family) => family.rules.length > 0);
  const listed = new Set(families.flatMap((family) => family.rules));
  const others = rules.filter((rule) => !listed.has(rule));
  const all = others.length > 0 ? [...families, { title: 'Others', rules: others }] : families;
  return [
    '# Rules',
    '',
    'What `wiretape check` looks for.',
    'This page is written from the rules themselves by `npm run docs`.',
    '',
    'A finding is PROVEN when only the fault explains what was recorded, OBSERVED when the recorded values show it, POTENTIAL when it could have happened.',
    'Its fingerprint holds no ids and no times: the same fault in two recordings has the same one.',
    'A rule of the protocol judges only messages of the revisions that state it, and is silent where the recording has holes, was joined, or comes from a tool that does not keep what the rule needs.',
    'It tells at most 100 things apart for each side of a session, such as methods or tools.',
    '',
    all.map(({ title, rules: own }) => `[${title}](#${anchorOf(title)}) ${own.length}`).join(' · '),
    '',
    ...all.flatMap(({ title, rules: own }) => [
      `## ${title}`,
      '',
      ...table(own),
      ...own.flatMap(section),
    ]),
  ].join('\n');
}

/** @param {string} title */
function anchorOf(title) {
  return title.toLowerCase().replaceAll(' ', '-');
}

/** @param {readonly Rule[]} rules */
function table(rules) {
  return [
    '| rule | code | severity | revisions |',
    '| --- | --- | --- | --- |',
    ...rules.map(
      ({ rule, code, also = [], severity, stated }) =>
        `| [${rule}](#${rule}) | ${[code, ...also].join(', ')} | ${severity} | ${stated ? revisionsOf(stated) : 'all'} |`,
    ),
    '',
  ];
}

/** @param {Rule} rule */
function section({ rule, version, definition, wrongWhen, confirm, source, stated, fixtures }) {
  return [
    `### ${rule}`,
    '',
    // A sentence per line, as everywhere in the manual.
    definition.replaceAll(/\. (?=[A-Z])/g, '.\n'),
    '',
    `- **Wrong when:** ${wrongWhen}`,
    `- **To make sure:** ${confirm}`,
    `- **Source:** ${stated ? `MCP [${stated.page}](${addressOf(stated)}), ${revisionsOf(stated)}` : source}`,
    `- **Shown by:** ${fixtures.map((file) => `[${file}](../${file})`).join(', ')}; version ${version}`,
    '',
  ];
}

/** @param {NonNullable<Rule['stated']>} stated */
function addressOf({ revisions, page }) {
  const site = 'https://modelcontextprotocol.io';
  const [revision, path] = [revisions.at(-1), page.replace(/\/index$/, '')];
  if (page.startsWith('seps/')) return `${site}/${page}`;
  // Extensions have sites of their own, with pages for each revision.
  const [, extension, own] = /^ext-([a-z]+)\/(.+)$/.exec(path) ?? [];
  return extension
    ? `https://${extension}.extensions.modelcontextprotocol.io/specification/${revision}/${own}`
    : `${site}/specification/${revision}/${path}`;
}

/** @param {NonNullable<Rule['stated']>} stated */
function revisionsOf({ revisions }) {
  const [first, last] = [revisions[0], revisions.at(-1)];
  return first === last ? first : `${first} to ${last}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync('docs/rules.md', rulesPage(RULES));
  process.stdout.write('wrote docs/rules.md\n');
}
