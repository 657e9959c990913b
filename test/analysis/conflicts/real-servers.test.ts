/** Conflicts on real servers: one that pays no heed to a cancellation, and two that offer one name. */
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { viewsOf } from '../../../model/view.ts';
import { capture } from '../../kit/capture.ts';
import { said, told } from './said.ts';

const { resolve } = createRequire(import.meta.url);
const own = (name: string) => join(import.meta.dirname, '..', '..', 'kit', 'servers', name);

describe('a call that is cancelled while it runs', () => {
  async function cancelled(...args: string[]) {
    const script = own('bookings.mjs');
    const session = await capture({ name: 'bookings', session: 'B1', script, args });
    await session.call('list_bookings');
    const booking = session.call('add_booking', { guest: 'Ada of Ockham' });
    const pending = viewsOf(session.entries)[0]?.session.calls.at(-1);
    session.notify('notifications/cancelled', { requestId: pending?.id });
    await session.call('let_on');
    await session.call('list_bookings');
    await Promise.all([session.close(), booking.catch(() => undefined)]);
    return session.entries;
  }

  test('a server that goes on is found by what a later read shows', async () => {
    const [message, ...evidence] = told('cancelled-but-executed', await cancelled());
    expect(message).toBe(
      'add_booking of bookings was cancelled and ran all the same: a later read shows “Ada of Ockham”, which only this call was given.',
    );
    expect(evidence).toHaveLength(4);
    expect(evidence[0]).toBe('cancelled call: "Ada of Ockham"');
  });

  test('of a server that stops there is nothing to say', async () => {
    expect(said('cancelled-but-executed', await cancelled('heeds'))).toEqual([]);
  });
});

describe('two servers that offer tools of one name', () => {
  const released = resolve('@modelcontextprotocol/server-filesystem/dist/index.js');

  /** Servers of one workflow that run at the same time, each by its name and script. */
  async function together(...servers: readonly (readonly [string, string])[]): Promise<Entry[][]> {
    const sessions = await Promise.all(
      servers.map(([name, script], at) =>
        capture({ name, session: `F${at}`, script, args: [tmpdir()] }),
      ),
    );
    await Promise.all(sessions.map((session) => session.close()));
    return sessions.map(({ entries }) =>
      entries.map((entry) =>
        entry.type === 'session' ? { ...entry, workflow: 'writing' } : entry,
      ),
    );
  }

  test('of different makers: said once, and no more than said', async () => {
    const sessions = await together(['filesystem', released], ['files', own('files.mjs')]);
    const [message] = told('shadowed-name', ...sessions);
    expect(message).toContain('filesystem and files offer tools of the same names');
    expect(message).toContain('“edit_file”');
    expect(said('shadowed-name', ...sessions)).toEqual(['POTENTIAL info']);
  });

  test('two of the same server share everything, and there is nothing to say', async () => {
    const sessions = await together(['a', released], ['b', released]);
    expect(said('shadowed-name', ...sessions)).toEqual([]);
  });
});
