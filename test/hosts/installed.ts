/** Packages that are installed apart, since they are large; WIRETAPE_HOSTS=FOLDER keeps them for the next run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

/** The folder below which these packages are installed. */
export async function installed(name: string, packages: readonly string[]): Promise<string> {
  const place = process.env['WIRETAPE_HOSTS'];
  if (place === undefined) throw new Error('npm run test:hosts says where they are installed');
  const folder = join(place, name);
  if (await stat(join(folder, 'node_modules')).catch(() => undefined)) return folder;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"private":true}');
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages];
  const npm = spawn('npm', words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(npm, 'close');
  if (code !== 0) throw new Error(`npm ended with ${code}`);
  return folder;
}
