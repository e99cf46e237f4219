/** The native backend has no options. */
import { expect, test } from 'vitest';
import { createNativeBackend } from '../src/index.js';

test.each([
  [
    { ccache: 'FILE:/x' },
    'createNativeBackend(): there is no option "ccache": give it to the client',
  ],
  [{ anything: undefined }, 'there is no option "anything": it takes none'],
])('whoever gives it one is told: %j', (options, message) => {
  const make = () => createNativeBackend(options as unknown as Record<string, never>);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(message);
});
