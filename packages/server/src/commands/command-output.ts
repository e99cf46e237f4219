/** Sends one command's output, one piece at a time. */
import type { Reply } from '../reply.js';
import type { StreamNumber } from './command.js';

export interface CommandOutput {
  /** Sends output after all output before it. Settles when more may be sent, or after `stop()`. Never rejects. */
  send(stream: StreamNumber, output: Uint8Array): Promise<void>;
  /** Settles when all output has been sent. */
  flush(): Promise<void>;
  /** Drops the output whose turn has not come, and all later output. Settles when none is under way. */
  stop(): Promise<void>;
}

/** Makes the output of one command, which goes to `reply` in the order of the calls. */
export function createCommandOutput(reply: Pick<Reply, 'output'>): CommandOutput {
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  let stopped = false;

  async function sendAfter(
    before: Promise<void>,
    stream: StreamNumber,
    output: Uint8Array,
  ): Promise<void> {
    if (waiting > 1) {
      await before;
    }
    if (!stopped) {
      await reply.output(stream, output);
    }
    waiting -= 1;
  }

  return {
    send(stream, output) {
      if (stopped || output.length === 0) {
        return last;
      }
      waiting += 1;
      last = sendAfter(last, stream, output);
      return last;
    },
    flush: () => last,
    stop() {
      stopped = true;
      return last;
    },
  };
}
