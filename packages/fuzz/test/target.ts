/** Loads the fuzzer's targets for tests. */
import { targetNames } from '../src/corpus.js';

/** A target's module. `fuzz` throws if an input is a finding. */
interface TargetModule {
  readonly fuzz: (data: Buffer) => void | Promise<void>;
}

export interface Target extends TargetModule {
  readonly name: string;
}

/** Returns all targets. */
export async function loadTargets(): Promise<Target[]> {
  return Promise.all(
    targetNames().map(async (name) => {
      const { fuzz }: TargetModule = await import(`../src/targets/${name}.ts`);
      return { name, fuzz };
    }),
  );
}
