// Keeps package-lock.json complete for every system, not only for the one it was written on.
// Programs such as Biome come as one optional package for each system. When a registry cannot hand out
// one of them, `npm install` silently leaves it out of the lock file, and then `npm ci` refuses the lock file everywhere.
// Without arguments it names what is missing; with --write it adds it, without a hash, since there was nothing to hash.

import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

/** @typedef {{ version?: string, dev?: boolean, license?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[], engines?: Record<string, string>, optionalDependencies?: Record<string, string> }} Entry */
/** @typedef {{ owner: Entry, name: string, version: string }} Missing */

/** How the names of such packages spell systems, processors and C libraries. */
const words = {
  os: [
    'aix',
    'android',
    'darwin',
    'freebsd',
    'linux',
    'netbsd',
    'openbsd',
    'openharmony',
    'sunos',
    'win32',
  ],
  cpu: ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'],
};

const file = 'package-lock.json';
/** @type {{ packages: Record<string, Entry> }} */
const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = Object.entries(lock.packages).flatMap(([path, owner]) => missingOf(path, owner));

if (missing.length === 0) {
  process.stdout.write('package-lock.json is complete.\n');
} else if (process.argv.includes('--write')) {
  for (const one of missing) lock.packages[`node_modules/${one.name}`] = entryFor(one);
  const byPath = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(
    file,
    `${JSON.stringify({ ...lock, packages: Object.fromEntries(byPath) }, null, 2)}\n`,
  );
  process.stdout.write(`package-lock.json: ${missing.length} packages of other systems added.\n`);
} else {
  const names = missing.map((one) => `${one.name}@${one.version}`).join(', ');
  process.stdout.write(
    `package-lock.json lacks ${names}; node scripts/lock.mjs --write adds them.\n`,
  );
  process.exitCode = 1;
}

/** @param {string} path @param {Entry} owner @returns {Missing[]} */
function missingOf(path, owner) {
  return Object.entries(owner.optionalDependencies ?? {})
    .filter(([name]) => !isLocked(path, name))
    .map(([name, version]) => ({ owner, name, version }));
}

/**
 * Looks where Node would look: below the package itself, then below each folder around it.
 *
 * @param {string} path
 * @param {string} name
 */
function isLocked(path, name) {
  const folders = path === '' ? [] : path.split('/node_modules/');
  return [...folders.keys(), folders.length].some((count) => {
    const folder = folders.slice(0, count).join('/node_modules/');
    return `${folder === '' ? '' : `${folder}/`}node_modules/${name}` in lock.packages;
  });
}

/** @param {Missing} missing @returns {Entry} */
function entryFor({ owner, name, version }) {
  const parts = name.split(/[-/]/);
  const libc = parts.some((part) => part.startsWith('musl'))
    ? 'musl'
    : parts.some((part) => part.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  const os = words.os.filter((word) => parts.includes(word));
  const cpu = words.cpu.filter((word) => parts.includes(word));
  if (os.length === 0 || cpu.length === 0 || !/^\d/.test(version)) {
    throw new Error(
      `${name}@${version} does not name a system and an exact version: install it on a registry that has it.`,
    );
  }
  return {
    version,
    cpu,
    ...(owner.dev ? { dev: true } : {}),
    ...(libc ? { libc: [libc] } : {}),
    ...(owner.license ? { license: owner.license } : {}),
    optional: true,
    os,
    ...(owner.engines ? { engines: owner.engines } : {}),
  };
}
