// One server of both eras, with what the conformance suite asks for: over HTTP on a free port of
// 127.0.0.1 (its address is the first line of stdout), or with --stdio over the standard streams.

import process from 'node:process';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { serveHttp } from './dual-era/http.mjs';
import { dualEraServer } from './dual-era/server.mjs';
import { createWorld } from './dual-era/world.mjs';

const world = createWorld();

if (process.argv.includes('--stdio')) {
  serveStdio(({ era }) => {
    const { server, apply } = dualEraServer(world, era);
    world.followers.add(apply);
    return server;
  });
} else {
  const { address } = await serveHttp(world);
  process.stdout.write(`${address}\n`);
}
