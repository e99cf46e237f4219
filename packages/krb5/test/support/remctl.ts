/** A minimal remctl client that tests a context with the real remctld. */
import { createInitiatorContext, type InitiatorOptions } from '../../src/gss/initiator.js';
import { connectTo } from './connection.js';
import {
  MessageType,
  packet,
  readPacket,
  TOKEN_CONTEXT_PROTOCOL,
  TOKEN_DATA_PROTOCOL,
  TOKEN_NOOP_NEXT_PROTOCOL,
} from './remctl-packets.js';

export interface Answer {
  readonly output: string;
  readonly status: number | undefined;
  readonly peer: string | undefined;
}

/** Runs a command on the remctld at `port`, with a context made from `options`. */
export async function run(
  port: number,
  options: InitiatorOptions,
  command: readonly string[],
): Promise<Answer> {
  const context = createInitiatorContext(options);
  const first = await context.step();
  const connection = await connectTo(port);
  try {
    connection.send(packet(TOKEN_NOOP_NEXT_PROTOCOL, Buffer.alloc(0)));
    connection.send(packet(TOKEN_CONTEXT_PROTOCOL, first.token ?? Buffer.alloc(0)));
    await context.step((await readPacket(connection)).payload);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(command.length);
    const message = [Buffer.of(2, MessageType.COMMAND, 1, 0), count];
    for (const argument of command) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(argument));
      message.push(length, Buffer.from(argument));
    }
    connection.send(packet(TOKEN_DATA_PROTOCOL, context.wrap(Buffer.concat(message))));
    let output = '';
    for (;;) {
      const answer = context.unwrap((await readPacket(connection)).payload);
      if (answer[1] === MessageType.OUTPUT) {
        output += answer.subarray(7).toString();
      } else {
        const status = answer[1] === MessageType.STATUS ? answer[2] : undefined;
        return { output, status, peer: context.peer };
      }
    }
  } finally {
    connection.close();
  }
}

/** Returns the client's principal as the remctld at `port` sees it. */
export async function whoami(port: number, options: InitiatorOptions): Promise<string> {
  return (await run(port, options, ['test', 'whoami'])).output.trim();
}
