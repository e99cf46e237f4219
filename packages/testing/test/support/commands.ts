/** Commands that the tests' realms have. */
import type { ServerCommand } from '@remctl/server';

const EVERYBODY = ['ANYUSER'];

/** Gives a promise that the test settles: a command waits for it. */
export function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** A command that prints its client's principal. */
export const whoami: ServerCommand = {
  command: 'whoami',
  run: ({ principal }) => `${principal}\n`,
  access: EVERYBODY,
};

/** A program as a command. */
export const echo: ServerCommand = { command: 'echo', program: '/bin/echo', access: EVERYBODY };

/** A command that throws. */
export const faulty: ServerCommand = {
  command: 'faulty',
  run: () => {
    throw new Error('the account database is away');
  },
  access: EVERYBODY,
};

/** A command that prints a line and then waits until its client goes away. */
export const waiting: ServerCommand = {
  command: 'wait',
  run: async ({ stdout, signal }) => {
    await stdout.write('begun\n');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
  access: EVERYBODY,
};
