/** Completes a session's line with the commands of the server's help. */
import { RemctlNetworkError } from '@remctl/core';
import { commandsIn, completionsOf } from './help-commands.js';
import type { Session } from './session.js';

/** What may follow, and the part of the line that it replaces: as node:readline has it. */
export type Completion = [string[], string];

/**
 * Returns what completes a line. The server is asked for its help when a completion is first wanted, and again
 * only if the network failed.
 */
export function createCompleter({ help }: Pick<Session, 'help'>) {
  let commands: Promise<string[][]> | undefined;
  const known = async (): Promise<string[][]> => {
    commands ??= help().then(commandsIn);
    try {
      return await commands;
    } catch (error) {
      commands = undefined;
      if (error instanceof RemctlNetworkError) {
        // The next command tells what is wrong.
        return [];
      }
      throw error;
    }
  };
  return async (line: string): Promise<Completion> => {
    const last = /\S*$/.exec(line)?.[0] ?? '';
    return [completionsOf(await known(), line).map((word) => `${word} `), last];
  };
}
