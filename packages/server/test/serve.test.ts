/** A server and its clients: the C client and both backends of this project. */
import { expect, test } from 'vitest';
import type { Execute } from '../src/execute.js';
import { remctl } from './support/remctl.js';
import { startServer } from './support/start-server.js';
import { useRealm } from './support/use-realm.js';

const realm = useRealm();

const echo: Execute = async (_client, command, reply) => {
  await reply.output(
    1,
    Buffer.from(`${command.map((each) => Buffer.from(each).toString()).join(' ')}\n`),
  );
  await reply.output(2, Buffer.from('err\n'));
  reply.status(7);
};

test('the C client gets the output of both streams, and the status', async () => {
  const server = await startServer(realm, echo);
  expect(await remctl(realm, server.port, ['test', 'hello'])).toEqual({
    stdout: 'test hello\n',
    stderr: 'err\n',
    status: 7,
  });
  expect(server.records).toEqual([]);
});
