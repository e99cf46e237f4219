// Program: the measured server, whose commands are functions.
//
// Arguments: the keytab, and the address to listen on. It sends its port to its parent, and ends when the parent disconnects.
import { createServer } from '@remctl/server';

/** Bytes that one write sends. */
const BLOCK = Buffer.from('abcdefghijklmnopqrstuvwxyz'.repeat(2520));
const [, , keytab, host] = process.argv;
const access = ['ANYUSER'];

const server = createServer({
  keytab,
  commands: [
    { command: 'true', access, run: () => 0 },
    { command: 'echo', access, run: ({ command }) => `${Buffer.from(command[1])}\n` },
    {
      command: 'test',
      subcommand: 'output',
      access,
      async run({ command, stdout }) {
        for (let left = Number(String(command[2])); left > 0; left -= BLOCK.length) {
          await stdout.write(left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK);
        }
      },
    },
  ],
});
const { port } = await server.listen({ port: 0, host });
process.once('disconnect', () => server.close());
process.send({ port });
