/** The version of the package this file belongs to: beside the sources, or above dist/. */
import { readFileSync } from 'node:fs';
import { isObject, parseJson, textMember } from '../model/json.ts';

export function ownVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    const manifest = readManifest(new URL(place, import.meta.url));
    if (textMember(manifest, 'name') === 'wiretape') return textMember(manifest, 'version') ?? '';
  }
  return '0.0.0';
}

function readManifest(file: URL): unknown {
  try {
    const parsed = parseJson(readFileSync(file, 'utf8'));
    return parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}
