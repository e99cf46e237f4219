/** A session of the addon with its mailbox: start, wait, fail, close. */
import type { ConnectOptions, NetworkPhase, Wait } from '@remctl/core';
import { timedOut } from '@remctl/core/failures';
import type { Addon, Session } from './addon.js';
import { noThreadError } from './failure.js';
import { deliver, type Mailbox, notifierOf } from './mailbox.js';
import type { SessionEvent } from './session-events.js';
import { watchSilence } from './silence.js';

/** A session whose thread runs, and the mailbox that its thread fills. */
export interface RunningSession {
  readonly session: Session;
  readonly mailbox: Mailbox;
}

/** How long an orderly end may take before it becomes an abort. */
const CLOSE_TIMEOUT_MS = 1000;
/** The longest time that the addon takes: its int is signed. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Starts a session, which begins to connect at once.
 *
 * Throws RemctlNetworkError if the system has no thread for the session.
 */
export function startSession(addon: Addon, options: ConnectOptions): RunningSession {
  const { host, port, sourceIp, canonicalize, credentials, timeoutMs } = options;
  const server = { host, port, sourceIp, canonicalize };
  const mailbox: Mailbox = { server, events: [], waiter: undefined };
  try {
    const session = new addon.Session(
      notifierOf(mailbox),
      port,
      host,
      options.principal,
      credentials?.type === 'ccache' ? credentials.ccache : undefined,
      sourceIp,
      Math.min(timeoutMs, LONGEST_MS),
      canonicalize,
    );
    return { session, mailbox };
  } catch (error) {
    throw noThreadError(error, server);
  }
}

/**
 * Ends the session's thread, and has the call that waits, or else the next one, reject with
 * `error`.
 */
export function failSession({ session, mailbox }: RunningSession, error: Error): void {
  session.abort();
  deliver(mailbox, { type: 'failed', error });
}

/**
 * Waits for the next event. The session keeps the process alive meanwhile.
 *
 * Throws the error of a `failed` event, and RemctlTimeoutError, after it has ended the session, if
 * no byte moves in either direction for the time-out.
 */
export async function nextEvent(
  running: RunningSession,
  { timeoutMs }: Wait,
  phase: NetworkPhase,
): Promise<Exclude<SessionEvent, { type: 'failed' }>> {
  const { session, mailbox } = running;
  let event = mailbox.events.shift();
  if (event === undefined) {
    session.ref();
    event = await new Promise<SessionEvent>((resolve) => {
      const end = watchSilence(
        () => session.sent() + session.received(),
        timeoutMs,
        () => failSession(running, timedOut(mailbox.server, phase, timeoutMs)),
      );
      mailbox.waiter = (arrived) => {
        end();
        resolve(arrived);
      };
    });
    session.unref();
  }
  if (event.type === 'failed') {
    throw event.error;
  }
  return event;
}

/**
 * Sends MESSAGE_QUIT and waits for the end of the session's thread. Calls `abort` instead if that
 * takes longer than a second.
 */
export async function closeInOrder(
  { session, mailbox }: RunningSession,
  abort: () => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      abort();
      resolve();
    }, CLOSE_TIMEOUT_MS);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    const wait = (event: SessionEvent | undefined): void => {
      if (event?.type === 'closed' || event?.type === 'failed') {
        end();
      } else {
        mailbox.waiter = wait;
      }
    };
    const earlier = mailbox.events.splice(0);
    session.close();
    wait(earlier.find((event) => event.type === 'failed' || event.type === 'closed'));
  });
}
