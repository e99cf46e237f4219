/** Core's Connection on a session of the addon. */
import {
  type Connection,
  type ConnectOptions,
  type NetworkPhase,
  RemctlNetworkError,
  RemctlTimeoutError,
  RemctlUnsupportedError,
  type Wait,
} from '@remctl/core';
import type { Addon, Notify, Session } from './addon.js';
import { noThreadError, unaskedError } from './failure.js';
import { endsAfter } from './negotiation.js';
import { decodeEvents, type SessionEvent } from './session-events.js';
import { watchSilence } from './silence.js';

/**
 * What has arrived and who waits for it. The session's thread refers to this, and to nothing that
 * refers to the session: a connection that nobody holds can be collected, and closes then.
 */
interface Mailbox {
  readonly events: SessionEvent[];
  waiter: ((event: SessionEvent) => void) | undefined;
}

/** How long an orderly end may take before it becomes an abort. */
const CLOSE_TIMEOUT_MS = 1000;
/** What the addon takes at most. */
const LONGEST_MS = 2 ** 31 - 1;

/** When a server was silent, as messages say it. */
const DURING: Readonly<Record<NetworkPhase, string>> = {
  resolve: 'while its name was looked up',
  connect: 'while it was called',
  negotiate: 'during authentication',
  command: 'after a command',
};

/** Connects and authenticates: see `Backend.connect`. */
export async function connect(addon: Addon, options: ConnectOptions): Promise<Connection> {
  const { host, port, signal, timeoutMs } = options;
  signal.throwIfAborted();
  if (host.includes('%') && host.includes(':')) {
    // getaddrinfo takes a scope; GSS-API would take it for part of the name.
    throw new RemctlUnsupportedError(`give a name, not an address with a scope: ${host}`);
  }
  const mailbox: Mailbox = { events: [], waiter: undefined };
  const session = startSession(addon, mailbox, options);
  const onAbort = () => {
    session.abort();
    deliver(mailbox, { type: 'failed', error: signal.reason });
  };
  signal.addEventListener('abort', onAbort);
  let endOfDeadline: () => void = () => undefined;
  try {
    let phase: NetworkPhase = 'resolve';
    for (;;) {
      // The negotiation has a deadline in silence's stead.
      const wait = { timeoutMs: phase === 'negotiate' ? 0 : timeoutMs };
      const event = await nextEvent(session, mailbox, wait, phase, host, port);
      if (event.type === 'phase') {
        phase = event.phase;
        if (phase === 'negotiate') {
          endOfDeadline = endsAfter(options, session, (error) => {
            session.abort();
            deliver(mailbox, { type: 'failed', error });
          });
        }
      }
      if (event.type === 'opened') {
        return connectionOn(session, mailbox, event.protocol, host, port);
      }
    }
  } finally {
    endOfDeadline();
    signal.removeEventListener('abort', onAbort);
  }
}

function startSession(addon: Addon, mailbox: Mailbox, options: ConnectOptions): Session {
  const { host, port, credentials, timeoutMs } = options;
  try {
    return new addon.Session(
      notifier(mailbox, host, port),
      port,
      host,
      options.principal,
      credentials?.type === 'ccache' ? credentials.ccache : undefined,
      options.sourceIp,
      Math.min(timeoutMs, LONGEST_MS),
    );
  } catch (error) {
    throw noThreadError(error, host, port);
  }
}

function deliver(mailbox: Mailbox, event: SessionEvent): void {
  const { waiter } = mailbox;
  if (waiter === undefined) {
    mailbox.events.push(event);
  } else {
    mailbox.waiter = undefined;
    waiter(event);
  }
}

function notifier(mailbox: Mailbox, host: string, port: number): Notify {
  return (members) => {
    for (const event of decodeEvents(members, host, port)) {
      deliver(mailbox, event);
    }
  };
}

/** The next event. Throws what a `failed` one carries, and RemctlTimeoutError after silence. */
async function nextEvent(
  session: Session,
  mailbox: Mailbox,
  { timeoutMs }: Wait,
  phase: NetworkPhase,
  host: string,
  port: number,
): Promise<Exclude<SessionEvent, { type: 'failed' }>> {
  let event = mailbox.events.shift();
  if (event === undefined) {
    session.ref();
    event = await new Promise<SessionEvent>((resolve) => {
      const end = watchSilence(
        () => session.sent() + session.received(),
        timeoutMs,
        () => {
          session.abort();
          const seconds = timeoutMs / 1000;
          const message = `${host} (port ${port}) was silent for ${seconds} s ${DURING[phase]}`;
          deliver(mailbox, { type: 'failed', error: new RemctlTimeoutError(message, { phase }) });
        },
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

function connectionOn(
  session: Session,
  mailbox: Mailbox,
  protocol: 1 | 2,
  host: string,
  port: number,
): Connection {
  // An idle connection, like an idle agent's socket, does not keep the process from its end.
  session.unref();
  const next = (wait: Wait) => nextEvent(session, mailbox, wait, 'command', host, port);
  const abort = () => {
    session.abort();
    deliver(mailbox, {
      type: 'failed',
      error: new RemctlNetworkError('the connection was aborted', {
        code: 'ECANCELED',
        phase: 'command',
      }),
    });
  };
  let closing: Promise<void> | undefined;
  return {
    protocol,
    checkReady() {
      const found = session.unasked();
      if (found !== '') {
        throw unaskedError(found, host, port);
      }
    },
    async send(command, wait) {
      session.send(
        Buffer.concat(command),
        Uint32Array.from(command, ({ length }) => length),
      );
      await expectEvent('sent', next(wait));
    },
    async receive(wait) {
      const { token } = await expectEvent('token', next(wait));
      if (token.type === 'output') {
        session.consumed(token.output.length);
      }
      return token;
    },
    async noop(wait) {
      if (protocol === 1) {
        throw new RemctlUnsupportedError('protocol 1 has no NOOP message');
      }
      session.noop();
      await expectEvent('noop', next(wait));
    },
    close() {
      closing ??= closeInOrder(session, mailbox, abort);
      return closing;
    },
    abort,
  };
}

async function expectEvent<T extends SessionEvent['type']>(
  type: T,
  arriving: Promise<SessionEvent>,
): Promise<Extract<SessionEvent, { type: T }>> {
  const event = await arriving;
  const isExpected = (e: SessionEvent): e is Extract<SessionEvent, { type: T }> => e.type === type;
  if (isExpected(event)) {
    return event;
  }
  throw new Error(`the addon answered ${type} with ${event.type}`);
}

/** MESSAGE_QUIT, and the end of the thread; an abort where that takes too long. */
async function closeInOrder(session: Session, mailbox: Mailbox, abort: () => void): Promise<void> {
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
