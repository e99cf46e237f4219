/** What a case expects of the error of a call. */
import { expect } from 'vitest';

/** Returns what a promise rejects with. Fails if the promise resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`a rejection was expected, and the call gave ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}

/** What is expected of an error. */
export interface ExpectedError {
  readonly name: string;
  readonly message?: RegExp;
  readonly code?: string;
  readonly phase?: string;
  /** Read from a RemctlError only; `not-sent` without it. */
  readonly commandState?: string;
}

export function expectError(error: unknown, expected: ExpectedError): void {
  const { message, commandState = 'not-sent', ...rest } = expected;
  expect(error).toMatchObject(rest);
  if (message !== undefined) {
    expect(error instanceof Error ? error.message : '').toMatch(message);
  }
  if (rest.name.startsWith('Remctl')) {
    expect(error).toMatchObject({ commandState });
  }
}
