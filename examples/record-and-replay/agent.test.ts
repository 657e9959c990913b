// The agent again, from its recording: no server is installed, started or reached.

import { describe, expect } from 'vitest';
import { mcpTest } from 'wiretape/vitest';
import { fileNotes } from './agent.ts';

const test = mcpTest({ recording: new URL('run.tape.jsonl', import.meta.url) });

describe('the agent', () => {
  test('does what it did when it was recorded', async ({ servers }) => {
    const index = await fileNotes({
      filesystem: servers.transport('filesystem'),
      memory: servers.transport('memory'),
    });
    expect(index).toBe('monday.md: Ask Ada about the engine.\ntuesday.md: Buy punched cards.');
    expect(servers).toMatchRecording();
  });
});
