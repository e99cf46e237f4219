/** The beginning that core's wording gives a failure, for every backend. */
import {
  type RemctlError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlTimeoutError,
} from '@remctl/core';
import { expect } from 'vitest';

const ENDED = /^error (receiving|sending|sending initial) token: unexpected end of file: /;
const BROKEN = /^error (receiving|sending|sending initial) token: /;
const INVALID =
  /^(malformed result token from server: |unexpected .* from server: |unknown message type .* from server: |(GSS-API )?error (receiving|sending) token: |GSS-API error initializing context: )/;

/** The beginnings of network failures, by their phase. */
const NETWORK: Readonly<Record<RemctlNetworkError['phase'], RegExp>> = {
  resolve: /^unknown host /,
  connect: /^cannot connect to /,
  // A reset that comes before the client has noticed its connection is a failed connect().
  negotiate: /^(error (receiving|sending|sending initial) token|cannot connect to .*): /,
  command: BROKEN,
};

/** The beginnings of time-outs, by their phase. */
const TIMEOUT: Readonly<Record<RemctlTimeoutError['phase'], RegExp>> = {
  resolve: /^unknown host .*: timed out: /,
  connect: /^cannot connect to .*: timed out: /,
  negotiate: /^(error receiving token|GSS-API error initializing context): timed out: /,
  command: /^error receiving token: timed out: /,
};

/** Checks that a failure of a connection begins with libremctl's text (core's README). */
export function expectLibremctlBeginning(error: RemctlError): void {
  if (error instanceof RemctlTimeoutError) {
    expect(error.message).toMatch(TIMEOUT[error.phase]);
  } else if (error instanceof RemctlNetworkError) {
    expect(error.message).toMatch(error.code === 'EOF' ? ENDED : NETWORK[error.phase]);
  } else if (error instanceof RemctlInvalidTokenError) {
    expect(error.message).toMatch(INVALID);
  }
}
