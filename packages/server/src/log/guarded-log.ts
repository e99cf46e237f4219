/** Keeps a log that fails from ending a command. */

import { inspect } from 'node:util';
import { isPromise } from 'node:util/types';
import { isError } from '../file/system-error.js';
import type { Log } from './record.js';

function warn(error: unknown): void {
  const reason = isError(error) ? error.message : inspect(error);
  process.emitWarning(`the log of a remctl server failed, and a record is lost: ${reason}`);
}

/** Returns a log that neither throws nor leaves a rejection behind: Node prints a warning instead. */
export function guardedLog(log: Log): Log {
  return (record) => {
    try {
      const result: unknown = log(record);
      if (isPromise(result)) {
        result.catch(warn);
      }
    } catch (error) {
      warn(error);
    }
  };
}
