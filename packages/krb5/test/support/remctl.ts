/** Just enough of remctl's protocol to prove a context against the real remctld. */
import { createInitiatorContext, type InitiatorOptions } from '../../src/gss/initiator.js';
import { connectTo, type TokenConnection } from './connection.js';

const TOKEN_NOOP_NEXT_PROTOCOL = 0x51;
const TOKEN_CONTEXT_PROTOCOL = 0x42;
const TOKEN_DATA_PROTOCOL = 0x44;

function packet(flags: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header[0] = flags;
  header.writeUInt32BE(payload.length, 1);
  return Buffer.concat([header, payload]);
}

async function readPacket(connection: TokenConnection): Promise<Buffer> {
  return connection.read((await connection.read(5)).readUInt32BE(1));
}

export interface Answer {
  readonly output: string;
  readonly status: number | undefined;
  readonly peer: string | undefined;
}

/** Runs a command on the remctld at `port`, with a context of `options`. */
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
    await context.step(await readPacket(connection));
    const count = Buffer.alloc(4);
    count.writeUInt32BE(command.length);
    const message = [Buffer.of(2, 1, 1, 0), count];
    for (const argument of command) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(argument));
      message.push(length, Buffer.from(argument));
    }
    connection.send(packet(TOKEN_DATA_PROTOCOL, context.wrap(Buffer.concat(message))));
    let output = '';
    for (;;) {
      const answer = context.unwrap(await readPacket(connection));
      if (answer[1] === 3) {
        output += answer.subarray(7).toString();
      } else {
        const status = answer[1] === 4 ? answer[2] : undefined;
        return { output, status, peer: context.peer };
      }
    }
  } finally {
    connection.close();
  }
}
