/** The two ways in: a client by its backend's name, and one command in one call. */
import { type Command, checkTarget, encodeCommand, type Target } from './arguments.js';
import type { Backend } from './backend.js';
import { Remctl } from './client.js';
import type { CallOptions, ClientOptions } from './client-options.js';
import { type BackendName, loadBackend } from './load-backend.js';
import type { RemctlResult } from './run.js';

/** With `host`, the client is opened before it is handed over. */
export type CreateClientOptions = ClientOptions &
  CallOptions &
  (
    | Target
    | { readonly host?: undefined; readonly port?: undefined; readonly principal?: undefined }
  );

/**
 * A client on the backend of that name, or on any object that implements `Backend`. Without one,
 * the environment variable `REMCTL_BACKEND` names it, else it is `pure`.
 *
 * Errors: RemctlBackendError, which says what to install; RangeError for an unknown name; those of
 * `new Remctl()`, and with `host` those of `open()`.
 */
export async function createClient(
  backend?: BackendName | Backend,
  options: CreateClientOptions = {},
): Promise<Remctl> {
  const client = new Remctl(await loadBackend(backend), options);
  const { host, port, principal } = options;
  const isTarget = [host, port, principal].some((each) => each !== undefined && each !== null);
  if (isTarget) {
    await client.open({ ...options, host: host as string });
  }
  return client;
}

/** What the simple interface takes. */
export type RemctlOptions = ClientOptions &
  CallOptions &
  Target & {
    readonly command: Command;
    readonly backend?: BackendName | Backend | undefined;
  };

/**
 * The simple interface: "Runs a command on the remote system and returns an object containing the
 * results." Connects, runs the command once, closes. A status other than 0 is no error.
 *
 * Errors: TypeError and RangeError for arguments, before anything is sent; RemctlProtocolError where
 * the server answered with an error; RemctlNetworkError, RemctlTimeoutError,
 * RemctlAuthenticationError and the like; the signal's reason.
 */
export async function remctl(options: RemctlOptions): Promise<RemctlResult> {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('remctl() takes an object: { host, port?, principal?, command, ... }');
  }
  checkTarget(options);
  const command = encodeCommand(options.command);
  const client = await createClient(options.backend, options);
  try {
    return await client.run(command, { signal: options.signal }).bytes();
  } finally {
    await client.close();
  }
}
