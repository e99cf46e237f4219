/** The program that starts the realm and runs documents in it. It has a network and an /etc of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentPlan, Step, StepResult } from './plan.js';
import { startWorld, type World } from './world.js';

/** What the program is told, in a file of JSON. */
export interface RunPlan {
  readonly withServers: boolean;
  readonly documents: readonly DocumentPlan[];
  /** The folders that an example's PATH begins with. */
  readonly path: readonly string[];
  /** The file for the results, as JSON. */
  readonly results: string;
}

/** Documents at the same time. Those that start their own server want the same port. */
const AT_ONCE = { withServers: 3, withoutServers: 1 };
/** Milliseconds after which a program is ended: it hangs. */
const LONGEST_STEP_MS = 60_000;

interface Running {
  readonly child: ChildProcess;
  readonly result: () => Omit<StepResult, 'document' | 'line' | 'status'>;
  /** Resolves when standard output holds the text, or the program has ended. */
  readonly printed: (text: string) => Promise<void>;
  readonly ended: Promise<number | null>;
}

function start({ command, input }: Step, folder: string, env: NodeJS.ProcessEnv): Running {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: folder, env, detached: true });
  // A program may end before it has read its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      texts.stderr += String(error);
      resolve(null);
    });
    child.on('close', (status) => resolve(status));
  });
  const printed = async (text: string) => {
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    while (!isOver && !texts.stdout.includes(text)) {
      await Promise.race([once(child.stdout, 'data'), ended]);
    }
  };
  return { child, result: () => texts, printed, ended };
}

/** Ends a program and its children. */
function end({ child }: Running): void {
  if (child.pid !== undefined && child.exitCode === null) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      // The last of them may have ended just now.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
        throw error;
      }
    }
  }
}

async function endAll(serving: readonly Running[]): Promise<void> {
  for (const running of serving) {
    end(running);
    await running.ended;
  }
}

async function runDocument(
  world: World,
  { document, folder, steps }: DocumentPlan,
): Promise<StepResult[]> {
  const home = join(folder, 'home');
  mkdirSync(home);
  const cache = join(folder, 'krb5cc');
  await world.writeCache(cache);
  const env: NodeJS.ProcessEnv = {
    PATH: [...plan.path, process.env.PATH].join(':'),
    HOME: home,
    KRB5CCNAME: `FILE:${cache}`,
    LC_ALL: 'C.UTF-8',
    TMPDIR: process.env.TMPDIR,
  };
  const serving: Running[] = [];
  const results: StepResult[] = [];
  for (const step of steps) {
    if (step.serves !== undefined) {
      await endAll(serving.splice(0));
    }
    const running = start(step, folder, env);
    const timer = setTimeout(() => end(running), LONGEST_STEP_MS);
    if (step.serves === undefined) {
      const status = await running.ended;
      results.push({ document, line: step.line, status, ...running.result() });
      end(running);
    } else {
      await running.printed(step.serves);
      serving.push(running);
      const status = running.child.exitCode ?? 0;
      results.push({ document, line: step.line, status, ...running.result() });
    }
    clearTimeout(timer);
  }
  await endAll(serving);
  return results;
}

const plan: RunPlan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const world = await startWorld(plan);
const waiting = [...plan.documents];
const results: StepResult[] = [];
const atOnce = plan.withServers ? AT_ONCE.withServers : AT_ONCE.withoutServers;
async function worker(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    results.push(...(await runDocument(world, next)));
  }
}
await Promise.all(Array.from({ length: atOnce }, worker));
await world[Symbol.asyncDispose]();
writeFileSync(plan.results, JSON.stringify(results));
