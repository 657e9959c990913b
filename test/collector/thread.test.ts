/** A thread beside the collector: nobody starts it anew once it is closed, as whoever works on meanwhile would. */
import { expect, test } from 'vitest';
import { createThread } from '../../collector/thread.ts';

test('what is asked of a closed thread is refused, and starts none', async () => {
  const thread = createThread<string, never>('no-such-thread');
  await thread.close();
  thread.tell('anything');
  await expect(thread.ask('anything')).rejects.toThrow('The collector is closed.');
});
