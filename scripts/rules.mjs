// Writes docs/rules.md from what the rules say of themselves, so that the manual cannot differ from them.
// `npm run docs` runs it; a test compares the file with what it would write.

import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { RULES } from '../analysis/index.ts';

/** @param {readonly import('../analysis/index.ts').Rule[]} rules */
export function rulesPage(rules) {
  return [
    '# Rules',
    '',
    'What `wiretape check` looks for.',
    'This page is written from the rules themselves by `npm run docs`.',
    '',
    'A finding is PROVEN when only the fault explains what was recorded, OBSERVED when the recorded values show it, POTENTIAL when it could have happened.',
    'Its fingerprint holds no ids and no times: the same fault in two recordings has the same one.',
    '',
    '| rule | code | severity | version |',
    '| --- | --- | --- | --- |',
    ...rules.map(
      ({ rule, code, severity, version }) =>
        `| [${rule}](#${rule}) | ${code} | ${severity} | ${version} |`,
    ),
    '',
    ...rules.flatMap(section),
  ].join('\n');
}

/** @param {import('../analysis/index.ts').Rule} rule */
function section({ rule, code, definition, wrongWhen, confirm, source, fixtures }) {
  return [
    `## ${rule}`,
    '',
    // A sentence per line, as everywhere in the manual.
    definition.replaceAll(/\. (?=[A-Z])/g, '.\n'),
    '',
    `- **Wrong when:** ${wrongWhen}`,
    `- **To make sure:** ${confirm}`,
    `- **Source:** ${source}`,
    `- **Code of the studies:** ${code}`,
    `- **Shown by:** ${fixtures.map((file) => `[${file}](../${file})`).join(', ')}`,
    '',
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync('docs/rules.md', rulesPage(RULES));
  process.stdout.write('wrote docs/rules.md\n');
}
