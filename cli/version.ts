/** The version of the package this file belongs to: beside the sources, or above dist/. */
import { readFileSync } from 'node:fs';
import { isObject, parseJson } from '../model/json.ts';

export function packageVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    const found = versionIn(new URL(place, import.meta.url));
    if (found !== undefined) return found;
  }
  return '0.0.0';
}

function versionIn(file: URL): string | undefined {
  try {
    const parsed = parseJson(readFileSync(file, 'utf8'));
    const manifest = parsed.ok && isObject(parsed.value) ? parsed.value : {};
    return manifest['name'] === 'wiretape' ? String(manifest['version']) : undefined;
  } catch {
    return undefined;
  }
}
