// Program: a server under load.
//
// Its command is a function that adds an id to a ledger.
// Arguments: the keytab and the ledger. It sends its port to its parent, and ends when the parent
// disconnects.
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { importCompiled } from './compiled.mjs';

/** The longest pause in a command, in milliseconds, so that clients die while commands run. */
const LONGEST_PAUSE_MS = 4;
/** Bytes of output. */
const OUTPUT = 1000;

const { createServer } = await importCompiled('server', 'index.js');
const [, , keytab, ledgerPath] = process.argv;
const ledger = openSync(ledgerPath, 'a');
const server = createServer({
  keytab,
  // Commands of killed clients fail, and each would be a line.
  log: () => undefined,
  commands: [
    {
      command: 'load',
      subcommand: 'record',
      access: ['ANYUSER'],
      async run({ command, stdout }) {
        writeSync(ledger, `${Buffer.from(command[2])}\n`);
        await stdout.write(Buffer.alloc(OUTPUT, 'a'));
        await sleep(Math.random() * LONGEST_PAUSE_MS);
      },
    },
  ],
});
const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
process.once('disconnect', () => server.close());
process.send(port);
