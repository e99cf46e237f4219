/** The interface to the answer of one command, in every protocol. */
import type { StreamNumber } from './commands/command.js';

/**
 * Sends the answer: any number of outputs, then exactly one status or error. Once the client has gone, all
 * of them do nothing.
 */
export interface Reply {
  /**
   * Sends output of any length, in the order of the calls. Settles when more may be sent, or once the client
   * has gone. Never rejects. The caller must not change the bytes before that.
   */
  output(stream: StreamNumber, output: Uint8Array): Promise<void>;
  /** Ends the command. `status` is 0 to 255. */
  status(status: number): void;
  /** Ends the command with an `ErrorCode` and a text for people. */
  error(code: number, message: string): void;
}
