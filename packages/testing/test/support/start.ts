/** A test KDC that lives as long as one test. */
import { onTestFinished } from 'vitest';
import { type KdcOptions, startKdc, type TestKdc } from '../../src/index.js';

/** Starts a KDC. It is stopped after the test. */
export async function kdcForTest(options?: KdcOptions): Promise<TestKdc> {
  const kdc = await startKdc(options);
  onTestFinished(() => kdc.stop());
  return kdc;
}
