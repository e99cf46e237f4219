/** Makes a client by its backend's name, or runs one command. */
import { type Command, encodeCommand } from './arguments/command.js';
import { checkTargetAlone, type Target } from './arguments/target.js';
import type { Backend } from './backend.js';
import { Remctl } from './client.js';
import type { CallOptions, ClientOptions } from './client-options.js';
import { type BackendName, loadBackend } from './open/load-backend.js';
import { checkOptionNames } from './option-names/check-option-names.js';
import {
  CALL,
  CLIENT,
  clientOptionsOf,
  namesOf,
  OF_DISCOVERED,
  optionNames,
  TARGET,
  targetOf,
} from './option-names/known-options.js';
import type { RemctlResult } from './run/remctl-run.js';

/** With `host`, `createClient` opens the client before it returns it. */
export type CreateClientOptions = ClientOptions &
  CallOptions &
  (
    | Target
    | { readonly host?: undefined; readonly port?: undefined; readonly principal?: undefined }
  );

const CREATE_CLIENT_OPTIONS = optionNames([...TARGET, ...CLIENT, ...CALL], {
  ignored: OF_DISCOVERED,
  elsewhere: [
    { names: ['backend'], advice: "it is createClient()'s first argument" },
    { names: ['command'], advice: 'give it to run() of the client, or use remctl()' },
  ],
});

/**
 * Makes a client on the backend of that name, or on any object that implements `Backend`. Without a backend
 * the environment variable `REMCTL_BACKEND` names it; the default is `pure`.
 *
 * Throws RemctlBackendError, which says what to install, RangeError if the name is unknown, TypeError for an option
 * that does not exist, the errors of `new Remctl()`, and with `host` the errors of `open()`.
 */
export async function createClient(
  backend?: BackendName | Backend,
  options: CreateClientOptions = {},
): Promise<Remctl> {
  if (typeof backend === 'object' && backend !== null && !('connect' in backend)) {
    throw new TypeError(
      "createClient() takes the backend first, then the options: createClient('pure', { host })",
    );
  }
  checkOptionNames('createClient()', options, CREATE_CLIENT_OPTIONS);
  return clientWith(backend, options);
}

/** Makes a client, and opens it if the options have a target. */
async function clientWith(
  backend: BackendName | Backend | undefined,
  options: CreateClientOptions,
): Promise<Remctl> {
  const client = new Remctl(await loadBackend(backend), clientOptionsOf(options));
  const { host, port, principal, signal } = options;
  const isTarget = [host, port, principal].some((each) => each !== undefined && each !== null);
  if (isTarget) {
    await client.open({ ...targetOf(options), signal });
  }
  return client;
}

/** The options of the simple interface. */
export type RemctlOptions = ClientOptions &
  CallOptions &
  Target & {
    readonly command: Command;
    readonly backend?: BackendName | Backend | undefined;
  };

const REMCTL_OPTIONS = optionNames(
  [
    ...TARGET,
    ...namesOf<Omit<RemctlOptions, keyof (Target & ClientOptions & CallOptions)>>({
      command: true,
      backend: true,
    }),
    ...CLIENT,
    ...CALL,
  ],
  { ignored: OF_DISCOVERED },
);

/**
 * The simple interface: "Runs a command on the remote system and returns an object containing the results"
 * (Python README, "remctl.remctl()"). Connects, runs the command once, and closes. A status other than 0 is
 * no error.
 *
 * Throws TypeError and RangeError for the arguments before anything is sent, RemctlProtocolError if the
 * server answers with an error, RemctlNetworkError, RemctlTimeoutError, RemctlAuthenticationError and their
 * like, and the signal's reason.
 */
export async function remctl(options: RemctlOptions): Promise<RemctlResult> {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('remctl() takes an object: { host, port?, principal?, command, ... }');
  }
  checkTargetAlone('remctl()', options, REMCTL_OPTIONS);
  const command = encodeCommand(options.command);
  const client = await clientWith(options.backend, options);
  try {
    return await client.run(command, { signal: options.signal }).bytes();
  } finally {
    await client.close();
  }
}
