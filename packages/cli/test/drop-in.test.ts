/** Every invocation gives what the C client gives, but for differences on purpose. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DIFFERENCES, type Difference } from './drop-in/differences.js';
import { INVOCATIONS } from './drop-in/invocations.js';
import { BACKENDS, runThree } from './drop-in/run-three.js';
import { type Scene, startScene } from './drop-in/scene.js';

const README = new URL('../README.md', import.meta.url);
let scene: Scene;

beforeAll(async () => {
  scene = await startScene();
});

afterAll(() => scene?.[Symbol.asyncDispose]());

const NOTHING_DIFFERS: Difference = { reason: '' };

/** The text that ours has to begin with: the C client's, without the end of its last line. */
function beginning(stderr: Buffer): string {
  return stderr.toString('latin1').replace(/\n$/, '');
}

describe('the same as the C client', () => {
  test('there are at least 120 invocations, each with a title of its own', () => {
    expect(INVOCATIONS.length).toBeGreaterThanOrEqual(120);
    expect(new Set(INVOCATIONS.map(([title]) => title)).size).toBe(INVOCATIONS.length);
  });

  test('the README names every difference, and each is met', () => {
    const text = readFileSync(README, 'utf8').replace(/\s+/g, ' ');
    for (const { reason } of Object.values(DIFFERENCES)) {
      expect(text).toContain(`- ${reason}`);
    }
    const met = new Set(INVOCATIONS.map(([, make]) => make(scene).differs));
    expect(Object.keys(DIFFERENCES).filter((key) => !met.has(key))).toEqual([]);
  });

  test.each(INVOCATIONS)('%s', async (_, make) => {
    const invocation = make(scene);
    const { theirs, ours } = await runThree(invocation, scene);
    const known =
      invocation.differs === undefined ? NOTHING_DIFFERS : DIFFERENCES[invocation.differs];
    if (known === undefined) {
      throw new Error(`no difference ${invocation.differs} is listed`);
    }
    for (const [index, { stdout, stderr, status }] of ours.entries()) {
      const backend = BACKENDS[index];
      if (known.stdout === undefined) {
        expect(stdout.equals(theirs.stdout), `${backend}: standard output is the same`).toBe(true);
      }
      if (known.status === undefined) {
        expect(status, `${backend}: status`).toBe(theirs.status);
      }
      const text = stderr.toString('latin1');
      const wanted = known.stderr ?? beginning(theirs.stderr);
      expect(beginning(theirs.stderr).startsWith(wanted), `the C client: ${theirs.stderr}`).toBe(
        true,
      );
      // If the C client says nothing, ours says nothing either.
      const begins =
        wanted === '' && known.stderr === undefined ? text === '' : text.startsWith(wanted);
      expect(begins, `${backend} says ${text}, and the C client ${theirs.stderr}`).toBe(true);
    }
  });
});
