/** A real collector that serves recordings and the built page, and a real Chromium that opens it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Collector, startCollector } from '../../collector/index.ts';
import type { Entry } from '../../model/entry.ts';
import { findChromium } from '../../scripts/chromium.mjs';

export const UI = join(import.meta.dirname, '../../dist/ui');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium: node scripts/chromium.mjs');
  return chromium.launch({ executablePath, args: FLAGS });
}

export interface Served extends AsyncDisposable {
  readonly collector: Collector;
  readonly folder: string;
}

/** Serves recordings read-only, from a state folder of its own. */
export async function serve(recordings: readonly Entry[]): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'wiretape-ui-'));
  const collector = await startCollector({
    state: folder,
    port: 0,
    ui: UI,
    version: '0.0.0',
    recordings,
  });
  return {
    collector,
    folder,
    async [Symbol.asyncDispose]() {
      await collector.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A page that was opened, and everything it complained of. */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** Errors, warnings, violations of the Content-Security-Policy, dialogs, and requests to elsewhere. */
  readonly complaints: string[];
}

export interface VisitOptions {
  readonly route?: string;
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
}

/** `collector`: one of this process, or of another. */
export async function visit(
  browser: Browser,
  collector: Pick<Collector, 'address' | 'token'>,
  options: VisitOptions = {},
): Promise<Visit> {
  const { route = '/', dark = true, width = 1440, height = 900 } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(collector.address)) complaints.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      reportError(new Error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`)),
    );
  });
  await page.goto(`${collector.address}/#token=${collector.token}&go=${route}`);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** What keeps those from a page who do not see or point, as axe finds it: the rule, and where. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: own } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await own.run();
    return found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
    );
  });
}

/** That nothing which a peer said (scenes.ts) became more than text. */
export async function expectWords(page: Page): Promise<void> {
  const seen = await page.evaluate(() => ({
    made: document.querySelectorAll('img, main script, iframe').length,
    hacked: (window as unknown as { hacked?: number }).hacked,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    hidden: /[\u0000-\u0008\u000e-\u001f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(
      `${document.body.textContent}${document.title}`,
    ),
  }));
  expect(seen).toEqual({ made: 0, hacked: undefined, hidden: false });
}
