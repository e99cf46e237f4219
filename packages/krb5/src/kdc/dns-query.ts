/**
 * Questions to DNS for records of a type that Node's resolver does not know.
 *
 * The answer comes from one of the name servers that Node's resolver asks, to a port of its own and
 * under a random number, as RFC 5452 advises.
 */

import { randomInt } from 'node:crypto';
import { connect, isIPv6 } from 'node:net';
import { DNS_TIMEOUT_MS, DNS_TRIES, nameServers } from '../dns.js';
import { messageOf } from '../errors.js';
import { type DnsAnswer, decodeDnsAnswer, encodeDnsQuestion, ResponseCode } from './dns-message.js';
import type { KdcAddress } from './kdc.js';
import { exchangeByUdp } from './udp.js';

const DNS_PORT = 53;
/** Servers that are asked: the C library knows no more either. */
const MAX_SERVERS = 3;
const MAX_ID = 2 ** 16;
/** The length before a message on TCP (RFC 1035, section 4.2.2). */
const LENGTH_OCTETS = 2;

/**
 * Returns the data of all records of a name that have the type of number `type`; an empty list if
 * there are none, or if DNS cannot hold the name. Asks by UDP, and by TCP if the answer is too long
 * for that. Throws Error if no name server answers, or `signal`'s reason. The wait keeps the process
 * alive.
 */
export async function queryDns(
  name: string,
  type: number,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const servers = nameServers().slice(0, MAX_SERVERS).map(parseServer);
  const failures: string[] = [];
  for (const server of Array.from({ length: DNS_TRIES }, () => servers).flat()) {
    const question = encodeDnsQuestion({ id: randomInt(MAX_ID), name, type });
    if (question === undefined) {
      return [];
    }
    try {
      const { code, records } = await within(DNS_TIMEOUT_MS, signal, (until) =>
        ask(server, question, until),
      );
      if (code === ResponseCode.NOERROR || code === ResponseCode.NXDOMAIN) {
        return records;
      }
      failures.push(`${server.address} answered with the code ${code}`);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(`${server.address}: ${messageOf(error)}`);
    }
  }
  throw new Error(`no name server answers: ${failures.join('; ') || 'there is none'}`);
}

/** Reads what `dns.getServers` gives: `192.0.2.1`, `192.0.2.1:54`, `2001:db8::1`, `[2001:db8::1]:54`. */
function parseServer(text: string): KdcAddress {
  const [, bracketed, plain, port] =
    /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(isIPv6(text) ? `[${text}]` : text) ?? [];
  const address = bracketed ?? plain ?? text;
  return { address, family: isIPv6(address) ? 6 : 4, port: Number(port ?? DNS_PORT) };
}

/**
 * Does `work` with a signal that aborts when `signal` does, or after `ms`. Throws that signal's reason
 * once it has aborted.
 */
async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (until: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal.reason);
  const timer = setTimeout(() => stop.abort(new Error('no answer in time')), ms);
  signal.addEventListener('abort', onAbort);
  try {
    return await work(stop.signal);
  } catch (error) {
    stop.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

async function ask(server: KdcAddress, question: Buffer, until: AbortSignal): Promise<DnsAnswer> {
  const answer = await exchangeByUdp(
    server,
    question,
    (bytes) => decodeDnsAnswer(bytes, question),
    until,
  );
  return answer.truncated ? askByTcp(server, question, until) : answer;
}

async function askByTcp(
  { address, port }: KdcAddress,
  question: Buffer,
  until: AbortSignal,
): Promise<DnsAnswer> {
  const socket = connect({ host: address, port, signal: until });
  const length = Buffer.alloc(LENGTH_OCTETS);
  length.writeUInt16BE(question.length);
  socket.write(Buffer.concat([length, question]));
  const chunks: Buffer[] = [];
  let total = 0;
  let wanted = LENGTH_OCTETS;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    total += chunk.length;
    if (total < wanted) {
      continue;
    }
    const bytes = Buffer.concat(chunks.splice(0));
    chunks.push(bytes);
    wanted = LENGTH_OCTETS + bytes.readUInt16BE(0);
    if (total >= wanted) {
      const answer = decodeDnsAnswer(bytes.subarray(LENGTH_OCTETS, wanted), question);
      if (answer === undefined) {
        throw new Error('the name server sent something other than an answer');
      }
      return answer;
    }
  }
  until.throwIfAborted();
  throw new Error('the name server closed the connection without an answer');
}
