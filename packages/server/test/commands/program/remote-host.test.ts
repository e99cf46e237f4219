/** The names of clients' hosts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHostFinder } from '../../../src/commands/program/remote-host.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A resolver whose answers come when the test gives them. */
function slowResolver() {
  const asked: string[] = [];
  const answers: ((name: string | undefined) => void)[] = [];
  const ask = (address: string) => {
    asked.push(address);
    return new Promise<string | undefined>((resolve) => {
      answers.push(resolve);
    });
  };
  return { asked, answers, ask };
}

describe('the name of an address', () => {
  it('is asked for once in five minutes', async () => {
    const asked: string[] = [];
    const find = createHostFinder(async (address) => {
      asked.push(address);
      return `host-of-${address}`;
    });
    expect(await find('192.0.2.1')).toBe('host-of-192.0.2.1');
    expect(await find('192.0.2.1')).toBe('host-of-192.0.2.1');
    expect(await find('192.0.2.2')).toBe('host-of-192.0.2.2');
    vi.advanceTimersByTime(300_001);
    await find('192.0.2.1');
    expect(asked).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.1']);
  });

  it('holds a command for a second at most, and is there for later ones', async () => {
    const { asked, answers, ask } = slowResolver();
    const find = createHostFinder(ask);
    const first = find('192.0.2.1');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await first).toBeUndefined();
    const second = find('192.0.2.1');
    await vi.advanceTimersByTimeAsync(0);
    expect(await second).toBeUndefined();
    answers[0]?.('host.example.org');
    await vi.advanceTimersByTimeAsync(0);
    const third = find('192.0.2.1');
    expect(await third).toBe('host.example.org');
    expect(asked).toEqual(['192.0.2.1']);
  });

  it('is not asked for any more once nobody waits for it', async () => {
    const { asked, answers, ask } = slowResolver();
    const find = createHostFinder(ask);
    const waiting = [find('192.0.2.1'), find('192.0.2.2')];
    await vi.advanceTimersByTimeAsync(1_500);
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
    answers[0]?.('host.example.org');
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual(['192.0.2.1']);
    const again = find('192.0.2.2');
    await vi.advanceTimersByTimeAsync(0);
    answers[1]?.('other.example.org');
    expect(await again).toBe('other.example.org');
  });
});
