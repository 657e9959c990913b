// The agent again, from its recording: no server is installed, started or reached.

import process from 'node:process';
import { afterAll, describe, expect } from 'vitest';
import { mcpTest } from 'wiretape/vitest';
import { fileNotes } from './agent.ts';
import { clearAway, realServers } from './servers.ts';

const recording = new URL('run.tape.jsonl', import.meta.url);
const test = mcpTest({
  recording,
  mode: process.env['RECORD'] ? 'record' : 'replay',
  servers: realServers,
});

/** The same recording, for an agent that is no longer the recorded one. */
const changed = mcpTest({
  recording,
  recordedAs: 'the agent > does what it did when it was recorded',
  misses: 'report',
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

  changed(
    'is told which call is another one, who changed it, and what went before',
    async ({ servers }) => {
      const agent = fileNotes(
        {
          filesystem: servers.transport('filesystem'),
          memory: servers.transport('memory'),
          everything: servers.transport('everything'),
        },
        'document',
      );
      await expect(agent).rejects.toThrow('the caller asked something else');
      const memory = servers.report().find(({ name }) => name === 'memory');
      expect(memory?.misses).toMatchObject([
        {
          method: 'tools/call',
          reason: 'not-recorded',
          pointer: '/params/arguments/entities/0/entityType',
          from: 'caller',
          past: [{ method: 'initialize' }, { method: 'notifications/initialized' }],
        },
      ]);
      expect(servers).not.toMatchRecording();
    },
  );
});
