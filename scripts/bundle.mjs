// Joins the compiled modules of dist/ into few files: a command needs a hundred and more of them, and finding, reading
// and linking each costs Node more than running it. Packages stay outside, where npm puts them.

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { Visitor } from 'rolldown/utils';

/** What is found by its name: public entries, and programs and threads that we start. */
const entries = [
  'index',
  'tap/index',
  'tap/large-worker',
  'tap/otlp/span-thread',
  'tap/record-program',
  'tap/wrap/entry',
  'collector/index',
  'collector/analysis-thread',
  'collector/otlp/reading-thread',
  'collector/export/export-thread',
  'replay/index',
  'replay/vitest',
  'cli/main',
  'cli/demo/host',
];
/** Copied as it is into state folders, where it has nothing beside it. */
const alone = 'tap/wrap/launcher.js';

/** @param {string} folder of the compiled modules, which are replaced */
export async function bundle(folder) {
  const input = Object.fromEntries(entries.map((name) => [name, join(folder, `${name}.js`)]));
  const { output } = await (
    await rolldown({
      input,
      platform: 'node',
      external: (id) => !/^[./]/.test(id) && !posix.isAbsolute(id),
      plugins: [places(folder)],
      // On a busy machine it would say which part of it was slow.
      checks: { bundlerTimings: false },
    })
  ).generate({ format: 'esm', chunkFileNames: 'chunks/[name].js' });
  for (const file of await readdir(folder, { recursive: true })) {
    if (file.endsWith('.js') && file !== alone) await rm(join(folder, file));
  }
  for (const file of output) {
    const path = join(folder, file.fileName);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.type === 'chunk' ? file.code : file.source);
  }
}

/**
 * A module that asks for its own place hears where it was compiled, wherever its code is now: what it looks for
 * beside itself is still there.
 *
 * @param {string} folder
 * @returns {import('rolldown').Plugin}
 */
function places(folder) {
  return {
    name: 'places',
    transform: {
      filter: { code: 'import.meta.url' },
      handler(code, id) {
        const place = `<place of ${relative(resolve(folder), id)}>`;
        return placesAsked(this.parse(code)).reduceRight(
          (text, { start, end }) =>
            `${text.slice(0, start)}new URL(${JSON.stringify(place)}, import.meta.url).href${text.slice(end)}`,
          code,
        );
      },
    },
    renderChunk(code, { fileName }) {
      return code.replaceAll(/<place of ([^>]+)>/g, (_, place) =>
        posix.relative(posix.dirname(fileName), place),
      );
    },
  };
}

/**
 * Where a module has `import.meta.url` in its code, as opposed to its texts and comments.
 *
 * @param {import('rolldown/utils').ESTree.Program} program
 */
function placesAsked(program) {
  /** @type {{ start: number, end: number }[]} */
  const found = [];
  new Visitor({
    MemberExpression({ start, end, object }) {
      if (object.type === 'MetaProperty') found.push({ start, end });
    },
  }).visit(program);
  return found;
}
