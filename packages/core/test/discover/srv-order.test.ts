/** The order of SRV records. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inSrvOrder } from '../../src/discover/srv-order.js';

const record = (name: string, priority: number, weight: number) => ({ name, priority, weight });
const namesOf = (records: readonly { readonly name: string }[]) => records.map(({ name }) => name);

describe('RFC 2782', () => {
  test('lower priorities come first, whatever the weights are', () => {
    const records = [record('c', 20, 100), record('a', 5, 0), record('b', 10, 1)];
    expect(namesOf(inSrvOrder(records))).toEqual(['a', 'b', 'c']);
  });

  test('the random number selects the first record whose running sum is not below it', () => {
    const records = [record('one', 0, 1), record('three', 0, 3), record('zero', 0, 0)];
    // Running sums: zero 0, one 1, three 4; the number is from 0 to 4.
    const first = (number: number) => inSrvOrder(records, () => (number + 0.5) / 5)[0]?.name;
    expect([0, 1, 2, 3, 4].map(first)).toEqual(['zero', 'one', 'three', 'three', 'three']);
  });

  test('weights are the chances of being first', () => {
    const records = [record('one', 0, 1), record('nine', 0, 9)];
    // Every number once: 11 of them, of which 0 and 1 are for the record of weight 1.
    const firsts = Array.from({ length: 11 }, (_, n) => inSrvOrder(records, () => n / 11)[0]?.name);
    expect(firsts.filter((name) => name === 'one')).toHaveLength(2);
  });
});

test('each record is first about as often as its weight is of the sum', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(weights, fc.nat(), (list, seed) => {
      const records = list.map((weight, index) => record(String(index), 0, weight));
      const total = list.reduce((sum, weight) => sum + weight, 0);
      // Every number that a random source can lead to, once: chances are exact counts.
      const numbers = total + 1;
      const firsts = Array.from(
        { length: numbers },
        (_, n) => inSrvOrder(records, () => (((n + seed) % numbers) + 0.5) / numbers)[0]?.name,
      );
      const zeros = list.filter((weight) => weight === 0).length;
      for (const { name, weight } of records) {
        const count = firsts.filter((first) => first === name).length;
        // 0 belongs to the first record of weight 0, or to the first record if there is none.
        const isOfZero = name === records.find((each) => zeros === 0 || each.weight === 0)?.name;
        expect(count).toBe(weight + (isOfZero ? 1 : 0));
      }
    }),
  );
});

test('every record is there once', () => {
  const field = fc.integer({ min: 0, max: 65535 });
  const records = fc.array(fc.record({ priority: field, weight: field }), { maxLength: 30 });
  fc.assert(
    fc.property(records, (list) => {
      const ordered = inSrvOrder(list);
      expect(new Set(ordered)).toEqual(new Set(list));
      expect(ordered).toHaveLength(list.length);
      const priorities = ordered.map(({ priority }) => priority);
      expect(priorities).toEqual([...priorities].sort((one, other) => one - other));
    }),
  );
});
