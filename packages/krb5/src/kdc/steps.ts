/**
 * The order and the pauses of one request's steps.
 *
 * A step is one transport to one address. The KDC that answered last comes first. Then the first
 * transport is tried with all KDCs, the other transport with all, and datagrams are sent again. A KDC
 * proxy, which has one transport alone, is asked in its turn.
 */
import {
  addressesOf,
  type Kdc,
  type KdcAddress,
  type Resolve,
  systemResolve,
  type Transport,
} from './kdc.js';
import {
  type Answered,
  beginWith,
  isAnsweredBy,
  type LastAnswer,
  lastAnswered,
} from './last-answer.js';

/** Milliseconds before a KDC that was asked is asked again, or by another transport. */
const STEP_INTERVAL_MS = 1000;
/**
 * Milliseconds before the next KDC is asked, while nothing is known of the one before. Two of these
 * pauses fit in a time-out of a second. libkrb5 waits a second.
 */
const NEXT_KDC_MS = 300;
/** A KDC that answered before is given this many times its last answer's time: it may be distant. */
const USUAL_TIMES = 3;
/** Times that a datagram is sent to an address. */
const UDP_PASSES = 3;

/** One transport to one address. */
export interface Step {
  readonly kdc: Kdc;
  readonly address: KdcAddress;
  readonly transport: Transport;
}

/** A step, and the pause after it. */
export interface PacedStep extends Step {
  /** Milliseconds before the step after it. */
  readonly pauseMs: number;
}

/** The terms of a schedule. */
export interface Plan {
  /** The transport of the first steps; the other transport's steps come after. */
  readonly first: Transport;
  /** Leaves UDP away altogether, after KRB_ERR_RESPONSE_TOO_BIG. */
  readonly tcpOnly: boolean;
  readonly last: LastAnswer;
  readonly resolve?: Resolve | undefined;
  /** Ends the resolution of names, which would keep the process alive when nobody waits. */
  readonly stop: AbortSignal;
  /** Tells whether a step has ended without an answer. */
  readonly hasFailed: (step: Step) => boolean;
  /** Called for a host whose name does not resolve. */
  readonly onUnresolved: (host: string, error: unknown) => void;
}

/**
 * Gives the steps in order; the caller waits for `pauseMs` after each. A KDC whose name is not
 * resolved by its turn is passed over until it is.
 */
export async function* steps(kdcs: readonly Kdc[], plan: Plan): AsyncGenerator<PacedStep> {
  const { first } = plan;
  const other = first === 'udp' ? 'tcp' : 'udp';
  const answered = lastAnswered(plan.last);
  const names = resolveNames(plan, answered);
  const isEarly = (step: Step) => step.transport === 'tcp' && isSilentByUdp(answered, step);

  const ordered = beginWith(
    kdcs,
    ({ host, port }) =>
      answered !== undefined && host === answered.host && port === answered.address.port,
  );
  const inTurn = (from: number) => [...names.steps(first, from), ...names.steps('https', from)];
  let begun = 0;
  let savedMs = 0;
  for (const [index, kdc] of ordered.entries()) {
    await names.begin(kdc);
    const round = [...names.steps(other, begun).filter(isEarly), ...inTurn(begun)];
    begun = names.count();
    for (const step of round) {
      const isLast = step === round.at(-1) && index + 1 === ordered.length;
      // Nobody is asked again sooner because the others were asked sooner.
      const pauseMs = isLast ? STEP_INTERVAL_MS + savedMs : pauseAfter(answered, step);
      const paced = { ...step, pauseMs };
      yield paced;
      if (!plan.hasFailed(paced)) {
        savedMs += STEP_INTERVAL_MS - pauseMs;
      }
    }
  }
  yield* slowly(names.steps(other).filter((step) => !isEarly(step)));
  for (let pass = 1; pass < UDP_PASSES; pass++) {
    yield* slowly(names.steps('udp'));
  }
  // Some names take longer to resolve than all these steps.
  const asked = names.count();
  await names.all();
  yield* slowly(inTurn(asked));
  yield* slowly(names.steps(other, asked));
}

/** Tells whether this KDC answered last, and by TCP after UDP got no answer. */
function isSilentByUdp(answered: Answered | undefined, { kdc, address }: Step): boolean {
  return answered?.udpSilent === true && isAnsweredBy(answered, kdc, address);
}

/** Returns the pause before the next KDC is asked: longer after one that is known to answer. */
function pauseAfter(answered: Answered | undefined, { kdc, address }: Step): number {
  return answered !== undefined && isAnsweredBy(answered, kdc, address)
    ? Math.min(Math.max(NEXT_KDC_MS, USUAL_TIMES * answered.tookMs), STEP_INTERVAL_MS)
    : NEXT_KDC_MS;
}

function slowly(list: readonly Step[]): PacedStep[] {
  return list.map((step) => ({ ...step, pauseMs: STEP_INTERVAL_MS }));
}

/** The KDCs' names as they are resolved one after the other. */
interface Names {
  /** Begins to resolve a KDC's name, and waits for it for 300 ms at most. */
  begin(kdc: Kdc): Promise<void>;
  /** Returns how many KDCs are resolved. */
  count(): number;
  /** Returns the steps by one transport to the KDCs that are resolved, without the first `from`. */
  steps(transport: Transport, from?: number): Step[];
  /** Waits until no name is being resolved any more. */
  all(): Promise<unknown>;
}

function resolveNames(plan: Plan, answered: Answered | undefined): Names {
  const { tcpOnly, stop, onUnresolved, resolve = systemResolve } = plan;
  const resolved: { readonly kdc: Kdc; readonly addresses: readonly KdcAddress[] }[] = [];
  const resolving = new Set<Promise<void>>();
  const look = async (kdc: Kdc) => {
    try {
      const addresses = beginWith(
        await addressesOf(kdc, resolve, stop),
        (address) => answered !== undefined && isAnsweredBy(answered, kdc, address),
      );
      resolved.push({ kdc, addresses });
    } catch (error) {
      onUnresolved(kdc.host, error);
    }
  };
  return {
    begin(kdc) {
      const looking = look(kdc).finally(() => resolving.delete(looking));
      resolving.add(looking);
      return within(looking, NEXT_KDC_MS);
    },
    count: () => resolved.length,
    steps(transport, from = 0) {
      const isLeftOut = tcpOnly && transport === 'udp';
      return resolved
        .slice(from)
        .filter(({ kdc }) => kdc.transports.includes(transport) && !isLeftOut)
        .flatMap(({ kdc, addresses }) => addresses.map((address) => ({ kdc, address, transport })));
    },
    all: () => Promise.all(resolving),
  };
}

/** Waits for `work`, but not longer than `ms`. */
async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((wake) => {
    timer = setTimeout(wake, ms).unref();
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}
