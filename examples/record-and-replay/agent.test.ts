// The agent again, from its recording: no server is installed, started or reached.

import process from 'node:process';
import { afterAll, describe, expect } from 'vitest';
import { mcpTest } from 'wiretape/vitest';
import { fileNotes } from './agent.ts';
import { clearAway, realServers } from './servers.ts';

const test = mcpTest({
  recording: new URL('run.tape.jsonl', import.meta.url),
  mode: process.env['RECORD'] ? 'record' : 'replay',
  servers: realServers,
});

afterAll(clearAway);

describe('the agent', () => {
  test('does what it did when it was recorded', async ({ servers }) => {
    const index = await fileNotes({
      filesystem: servers.transport('filesystem'),
      memory: servers.transport('memory'),
      everything: servers.transport('everything'),
    });
    expect(index).toBe(
      'What the week holds\nmonday.md: Ask Ada about the engine.\ntuesday.md: Buy punched cards.',
    );
    expect(servers).toMatchRecording();
    expect(servers).toHaveNoFindings();
  });
});
