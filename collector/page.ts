/**
 * The files of the page: those of one folder, named when the collector starts, and no others.
 *
 * They are public: whoever may reach the port may have them, since all they show needs a token.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly cache: string;
}

export interface Page {
  /** The file that an address path names; `/` is index.html. */
  file(path: string): Promise<PageFile | undefined>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** The page in a folder; without one, or with an empty one, there are no files. */
export async function openPage(folder: string | undefined): Promise<Page> {
  const files = new Map<string, string>();
  if (folder !== undefined) {
    const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of found) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(`/${relative(folder, path).split(sep).join('/')}`, path);
    }
  }
  return {
    async file(address) {
      const name = address === '/' ? '/index.html' : address;
      const path = files.get(name);
      const type = TYPES[extname(name)];
      if (path === undefined || type === undefined) return undefined;
      // Vite puts a hash of their content into the names of the assets.
      const cache = name.startsWith('/assets/')
        ? 'public, max-age=31536000, immutable'
        : 'no-store';
      return { body: new Uint8Array(await readFile(path)), type, cache };
    },
  };
}
