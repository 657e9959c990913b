/** Opens an address of ours in the user's browser, where there is one. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { isHere } from '../tap/running-collector.ts';

/** Tries to open the page. False where no browser could be started; nothing is waited for. */
export async function openBrowser(page: string): Promise<boolean> {
  const [address = ''] = page.split('/#');
  if (!isHere(address) || !hasScreen()) return false;
  const [command, args] = opener(page);
  return new Promise((resolve) => {
    const child = spawn(command, args, { detached: true, stdio: 'ignore', windowsHide: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

/** On Windows not through `start`, which is a shell's word and would read the address as its own. */
function opener(page: string): [string, string[]] {
  if (process.platform === 'darwin') return ['open', [page]];
  if (process.platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', page]];
  return ['xdg-open', [page]];
}

function hasScreen(): boolean {
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return Boolean(DISPLAY ?? WAYLAND_DISPLAY);
}
