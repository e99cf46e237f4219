// Runs a measuring program in a process of its own, and returns the message that it sends.
import { fork } from 'node:child_process';

/** Throws an error if the program fails. */
export function measureInProcess(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = fork(program, args, { env });
    child.once('error', reject);
    child.once('message', resolve);
    child.once('exit', (status) => {
      if (status !== 0) {
        reject(
          new Error(
            `the measurement of ${args[0]} failed with exit status ${status}: see its output above`,
          ),
        );
      }
    });
  });
}
