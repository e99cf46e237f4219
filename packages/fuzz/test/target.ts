import { targetNames } from '../src/corpus.js';

/** What a target's module has: `fuzz` throws where an input is a finding. */
interface TargetModule {
  readonly fuzz: (data: Buffer) => void | Promise<void>;
}

export interface Target extends TargetModule {
  readonly name: string;
}

/** Every target there is. */
export async function loadTargets(): Promise<Target[]> {
  return Promise.all(
    targetNames().map(async (name) => {
      const { fuzz }: TargetModule = await import(`../src/targets/${name}.ts`);
      return { name, fuzz };
    }),
  );
}
