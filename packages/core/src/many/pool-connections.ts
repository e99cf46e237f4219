/** The connections of a pool, and the commands that wait for them. */
import type { Target } from '../arguments/target.js';
import type { Backend } from '../backend.js';
import { isSpent, numberOf, Remctl } from '../client.js';
import type { ClientOptions } from '../client-options.js';
import { type CommandState, RemctlPoolFullError } from '../errors.js';
import { tellRetry } from '../events/tell.js';
import { notOpened } from '../failures.js';
import type { RemctlRun, RunSource } from '../run/remctl-run.js';
import type { Token } from '../tokens.js';
import { whenAborted } from '../when-aborted.js';
import { careForIdle, type IdleSettings } from './idle-care.js';
import { createOpenPause } from './open-pause.js';

/** What a pool has at this moment. */
export interface PoolMetrics {
  /** Connections that are open, with a command or without. */
  readonly open: number;
  /** Connections that carry a command, or are being opened for one. */
  readonly busy: number;
  /** Commands that wait for a connection. */
  readonly waiting: number;
}

/** Whom all connections lead to, and as whom. */
export interface PoolServer {
  readonly backend: Backend;
  readonly target: Target;
  readonly clientOptions: ClientOptions;
}

/** How many connections there may be, and what is told about them. */
export interface PoolSettings extends IdleSettings {
  readonly max: number;
  readonly maxWaiting: number;
  readonly onOpen: (() => void) | undefined;
  readonly onLost: ((error: unknown) => void) | undefined;
}

/** A command from its call to the end of its answer. */
interface Job {
  /** Undefined if only a connection is wanted. */
  readonly command: readonly Uint8Array[] | undefined;
  /** Ends the call that the job waits for. */
  readonly controller: AbortController;
  readonly settleSent: { resolve(): void; reject(error: unknown): void };
  /** The connection, once the job has one. */
  slot: Slot | undefined;
  /** What is known of the command once the connection is given back. */
  last: CommandState;
}

/** A place for one connection. */
interface Slot {
  readonly client: Remctl;
  /** `noop`: a NOOP waits for its answer. */
  state: 'opening' | 'idle' | 'noop' | 'busy';
  /** Ends the care for an idle connection. */
  endCare: () => void;
}

/** A command as the pool's caller gets it. */
export interface TakenJob {
  readonly sent: Promise<void>;
  readonly source: RunSource;
  /** Names the run that reads the answer: if nobody holds it any more, its connection ends. */
  heldBy(run: RemctlRun): void;
}

/** Ends what a run holds, once nobody holds the run. */
const dropped = new FinalizationRegistry<() => void>((end) => end());

/** Makes the connections of a pool; there is none yet. */
export function createPoolConnections(
  { backend, target, clientOptions }: PoolServer,
  settings: PoolSettings,
) {
  const { max, maxWaiting, onOpen, onLost } = settings;
  const slots = new Set<Slot>();
  const waiting = new Set<Job>();
  const pause = createOpenPause(() => pump());
  /** No further command is taken. */
  let isClosed = false;
  /** The commands that were taken have been ended too. */
  let isEnded = false;
  let onQuiet: () => void = () => undefined;

  const isConnected = ({ client }: Slot) => client.isOpen && !isSpent(client);

  const isBusy = ({ state }: Slot) => state === 'busy' || state === 'opening';

  const isQuiet = () => waiting.size === 0 && ![...slots].some(isBusy);

  /** Callbacks run on their own: what they throw is the application's, and harms no command. */
  function tell(callback: (() => void) | undefined): void {
    if (callback !== undefined) {
      queueMicrotask(callback);
    }
  }

  function lost(error: unknown): void {
    tell(onLost && (() => onLost(error)));
  }

  function remove(slot: Slot): void {
    slot.endCare();
    slots.delete(slot);
    // `close()` never rejects.
    void slot.client.close();
  }

  /** Gives waiting commands the connections that are free, and opens more where that is allowed. */
  function pump(): void {
    for (const job of waiting) {
      const free = [...slots].find(({ state }) => state === 'idle');
      if (free === undefined && !mayOpen()) {
        break;
      }
      waiting.delete(job);
      void serve(job, free ?? addSlot());
    }
    if (isQuiet()) {
      onQuiet();
    }
  }

  /** A pool without any connection may always try: nothing else would end the wait. */
  function mayOpen(): boolean {
    return slots.size < max && (pause.takeTurn() || slots.size === 0);
  }

  function addSlot(): Slot {
    const slot: Slot = {
      client: new Remctl(backend, clientOptions),
      state: 'opening',
      endCare: () => undefined,
    };
    slots.add(slot);
    return slot;
  }

  async function openSlot(slot: Slot, { controller }: Job): Promise<void> {
    slot.state = 'opening';
    await slot.client.open({ ...target, signal: controller.signal });
    slot.state = 'busy';
    tell(onOpen);
    if (pause.end()) {
      pump();
    }
  }

  async function send(slot: Slot, job: Job): Promise<void> {
    if (job.command !== undefined) {
      await slot.client.command(job.command, { signal: job.controller.signal });
    }
  }

  /** Sends the command on a connection that may have died while it was idle. */
  async function sendOnIdle(slot: Slot, job: Job): Promise<void> {
    try {
      await send(slot, job);
    } catch (error) {
      const { client } = slot;
      const isDead = !client.isOpen && client.commandState === 'not-sent';
      if (!isDead || job.controller.signal.aborted || isEnded) {
        throw error;
      }
      lost(error);
      tellRetry(() => ({
        client: numberOf(client),
        backend: backend.name,
        host: target.host,
        because: 'idle-lost',
        error,
        pauseMs: 0,
      }));
      await openOrFail(slot, job);
      await send(slot, job);
    }
  }

  /**
   * Opens the connection. If that fails and there is no other, commands that wait have nothing to wait for. If
   * there is another, they wait for that one, or for the next try.
   */
  async function openOrFail(slot: Slot, job: Job): Promise<void> {
    try {
      await openSlot(slot, job);
    } catch (error) {
      slots.delete(slot);
      const { aborted } = job.controller.signal;
      if (slots.size > 0) {
        pause.noteFailure(aborted);
      } else if (!aborted) {
        pause.end();
        failWaiting(error);
      }
      throw error;
    }
  }

  async function serve(job: Job, slot: Slot): Promise<void> {
    const wasIdle = slot.state === 'idle';
    job.slot = slot;
    slot.endCare();
    slot.state = 'busy';
    try {
      if (wasIdle) {
        await sendOnIdle(slot, job);
      } else {
        await openOrFail(slot, job);
        await send(slot, job);
      }
      job.settleSent.resolve();
    } catch (error) {
      noteLoss(slot, job, error);
      release(job);
      job.settleSent.reject(error);
    }
  }

  /** Tells of a connection that broke while a command had it, unless the caller ended it. */
  function noteLoss(slot: Slot, job: Job, error: unknown): void {
    if (slots.has(slot) && slot.state === 'busy' && !slot.client.isOpen) {
      if (!job.controller.signal.aborted) {
        lost(error);
      }
    }
  }

  /** Takes the connection back from a command, and gives it to the next one. */
  function release(job: Job): void {
    dropped.unregister(job);
    const { slot } = job;
    if (slot === undefined) {
      return;
    }
    job.last = slot.client.commandState;
    job.slot = undefined;
    if (!slots.has(slot)) {
      // Its open has failed.
      if (job.controller.signal.aborted) {
        pump();
      } else if (isQuiet()) {
        onQuiet();
      }
      return;
    }
    if (isConnected(slot)) {
      rest(slot);
    } else {
      remove(slot);
    }
    pump();
  }

  function rest(slot: Slot): void {
    slot.state = 'idle';
    slot.endCare = careForIdle(slot.client, settings, {
      onNoop: () => {
        slot.state = 'noop';
      },
      onFree: () => {
        slot.state = 'idle';
        pump();
      },
      onEnd: (failure) => {
        if (slots.has(slot)) {
          remove(slot);
          if (failure !== undefined) {
            lost(failure.error);
          }
          pump();
        }
      },
    });
  }

  function failWaiting(error: unknown): void {
    const jobs = [...waiting];
    waiting.clear();
    for (const { settleSent } of jobs) {
      settleSent.reject(error);
    }
  }

  /** Ends the command, wherever it is. */
  function abandon(job: Job, reason: unknown): void {
    if (waiting.delete(job)) {
      job.settleSent.reject(reason);
      if (isQuiet()) {
        onQuiet();
      }
      return;
    }
    const { slot } = job;
    job.controller.abort(reason);
    if (slot !== undefined) {
      // Between two tokens no call is there to be ended.
      void slot.client.close();
    }
  }

  /** Opens a connection if there is none, and none is being opened. */
  async function open(signal: AbortSignal | undefined): Promise<void> {
    if (slots.size > 0 && !isClosed) {
      return;
    }
    const { sent, source } = take(undefined, signal);
    const unwatch = whenAborted(signal, () => source.abandon(signal?.reason));
    try {
      await sent;
    } finally {
      unwatch();
      source.end();
    }
  }

  function take(
    command: readonly Uint8Array[] | undefined,
    signal: AbortSignal | undefined,
  ): TakenJob {
    let resolve: () => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    const sent = new Promise<void>((onSent, onError) => {
      resolve = onSent;
      reject = onError;
    });
    const job: Job = {
      command,
      controller: new AbortController(),
      settleSent: { resolve, reject },
      slot: undefined,
      last: 'not-sent',
    };
    if (isClosed) {
      reject(notOpened('the pool was closed'));
    } else if (signal?.aborted) {
      reject(signal.reason);
    } else {
      waiting.add(job);
      pump();
      if (waiting.size > maxWaiting) {
        waiting.delete(job);
        reject(
          new RemctlPoolFullError(
            `${maxWaiting} commands wait for a connection already: raise max or maxWaiting, or send fewer at a time`,
          ),
        );
      }
    }
    const source: RunSource = {
      get commandState() {
        return job.slot === undefined ? job.last : job.slot.client.commandState;
      },
      next: () => nextToken(job),
      end: () => release(job),
      abandon: (reason) => abandon(job, reason),
    };
    return {
      sent,
      source,
      heldBy: (run) => dropped.register(run, () => abandonUnread(job), job),
    };
  }

  function abandonUnread(job: Job): void {
    if (job.slot !== undefined || waiting.has(job)) {
      abandon(job, notOpened('its answer was not read'));
      release(job);
    }
  }

  async function nextToken(job: Job): Promise<Token> {
    const { slot } = job;
    if (slot === undefined) {
      return { type: 'done' };
    }
    try {
      return await slot.client.output({ signal: job.controller.signal });
    } catch (error) {
      noteLoss(slot, job, error);
      throw error;
    }
  }

  async function end(): Promise<void> {
    isClosed = true;
    isEnded = true;
    pause.end();
    failWaiting(notOpened('the pool was closed'));
    const all = [...slots];
    slots.clear();
    for (const slot of all) {
      slot.endCare();
    }
    await Promise.all(all.map(({ client }) => client.close()));
    onQuiet();
  }

  async function close(signal: AbortSignal | undefined): Promise<void> {
    isClosed = true;
    const before = onQuiet;
    const quiet = new Promise<void>((resolve) => {
      onQuiet = () => {
        before();
        resolve();
      };
    });
    if (isQuiet()) {
      onQuiet();
    }
    await untilAborted(quiet, signal);
    await end();
    signal?.throwIfAborted();
  }

  return {
    take,
    open,
    close,
    end,
    metrics: (): PoolMetrics => ({
      open: [...slots].filter(isConnected).length,
      busy: [...slots].filter(isBusy).length,
      waiting: waiting.size,
    }),
  };
}

/** Waits until the promise resolves or the signal aborts. */
async function untilAborted(
  promise: Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted) {
    return;
  }
  let unwatch: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => {
    unwatch = whenAborted(signal, resolve);
  });
  await Promise.race([promise, aborted]);
  unwatch();
}
