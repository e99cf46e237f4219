/** The events of a session: what the addon sends, decoded. */
import type { ConnectionDetails, NetworkPhase, ServerToken } from '@remctl/core';
import { STDERR, STDOUT } from '@remctl/core/wire';
import { errorOf, type Target } from './failure.js';

/** The types of events in the order of their numbers, which native/event.h gives them. */
export const EVENT_TYPES = [
  'phase',
  'canonical',
  'reached',
  'ticket',
  'opened',
  'sent',
  'output',
  'status',
  'error',
  'noop',
  'closed',
  'failed',
] as const;

/** The phases by the names that the addon sends (native/phase.h). */
export const PHASES = [
  'resolve',
  'connect',
  'negotiate',
  'command',
] as const satisfies readonly NetworkPhase[];

/** The members of an event in the order in which the addon sends them (native/outbox.h). */
export const EVENT_MEMBERS = ['type', 'phase', 'number', 'data', 'code'] as const;

/** An event as the addon sends it; native/event.h says what each member holds. */
interface RawEvent {
  readonly type: (typeof EVENT_TYPES)[number] | undefined;
  readonly phase: string;
  readonly number: number;
  readonly data: string | Buffer;
  readonly code: string;
}

/** The ticket that a connection was opened with. A principal is undefined if libkrb5 does not know it. */
type Ticket = Pick<ConnectionDetails, 'serverPrincipal' | 'clientPrincipal' | 'ticketEnd'>;

const MS_PER_SECOND = 1000;

/** An event as the connection takes it. */
export type SessionEvent =
  | { readonly type: 'phase'; readonly phase: NetworkPhase }
  | { readonly type: 'canonical'; readonly host: string }
  | { readonly type: 'reached'; readonly address: string }
  | { readonly type: 'ticket'; readonly ticket: Ticket }
  | { readonly type: 'opened'; readonly protocol: 1 | 2 }
  | { readonly type: 'sent' | 'noop' | 'closed' }
  | { readonly type: 'token'; readonly token: ServerToken }
  | { readonly type: 'failed'; readonly error: Error };

/**
 * Decodes the array that the addon hands over: the members of one event after the other. A failure
 * becomes an error that names the server, as `serverNow` gives it when the event's turn comes.
 */
export function* decodeEvents(
  members: readonly unknown[],
  serverNow: () => Target,
): Generator<SessionEvent> {
  for (let at = 0; at < members.length; at += EVENT_MEMBERS.length) {
    yield meaningOf(readEvent(members, at), serverNow());
  }
}

function readEvent(members: readonly unknown[], at: number): RawEvent {
  const [type, phase, number, data, code] = members.slice(at, at + EVENT_MEMBERS.length);
  return {
    type: EVENT_TYPES[Number(type)],
    phase: String(phase),
    number: Number(number),
    data: Buffer.isBuffer(data) ? data : String(data),
    code: String(code),
  };
}

function isPhase(phase: string): phase is NetworkPhase {
  return PHASES.some((name) => name === phase);
}

function ticketOf(server: string, client: string, end: number): Ticket {
  return {
    serverPrincipal: server === '' ? undefined : server,
    clientPrincipal: client === '' ? undefined : client,
    // The number is unsigned, and comes as a signed one.
    ticketEnd: new Date((end >>> 0) * MS_PER_SECOND),
  };
}

function meaningOf(raw: RawEvent, server: Target): SessionEvent {
  const { type, phase, number, data, code } = raw;
  switch (type) {
    case 'phase':
      if (isPhase(phase)) {
        return { type, phase };
      }
      break;
    case 'canonical':
      if (typeof data === 'string') {
        return { type, host: data };
      }
      break;
    case 'reached':
      if (typeof data === 'string') {
        return { type, address: data };
      }
      break;
    case 'ticket':
      if (typeof data === 'string') {
        return { type, ticket: ticketOf(data, code, number) };
      }
      break;
    case 'opened':
      return { type, protocol: number === 1 ? 1 : 2 };
    case 'sent':
    case 'noop':
    case 'closed':
      return { type };
    case 'status':
      return { type: 'token', token: { type, status: number } };
    case 'output':
      if (typeof data !== 'string' && (number === STDOUT || number === STDERR)) {
        return { type: 'token', token: { type, stream: number, output: data } };
      }
      break;
    case 'error':
      if (typeof data !== 'string') {
        // libremctl keeps the code in a signed int; the protocol's code is unsigned.
        return { type: 'token', token: { type, error: number >>> 0, output: data } };
      }
      break;
    case 'failed':
      if (isPhase(phase) && typeof data === 'string') {
        return { type, error: errorOf({ phase, text: data, code }, server) };
      }
  }
  return { type: 'failed', error: new Error(`the addon sent an unknown event: ${type}`) };
}
