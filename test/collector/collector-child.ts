/** A collector in a process of its own, for tests that kill it: node --import tsx THIS STATE. */
import process from 'node:process';
import { startCollector } from '../../collector/index.ts';

const collector = await startCollector({ state: process.argv[2] ?? '', port: 0, version: 'child' });
process.stdout.write(`${JSON.stringify({ address: collector.address, token: collector.token })}\n`);
