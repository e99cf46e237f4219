/** The order of SRV records. */
import { expect, test } from 'vitest';
import { orderSrv } from '../../src/kdc/srv-records.js';

test('SRV records are ordered by priority, and equal ones by a draw with their weights', () => {
  const record = (name: string, priority: number, weight: number) => ({
    name,
    priority,
    weight,
    port: 88,
  });
  const records = [record('late', 2, 9), record('heavy', 1, 9), record('light', 1, 1)];
  const names = (draw: (min: number, max: number) => number) =>
    orderSrv(records, draw).map(({ name }) => name);
  expect(names((min) => min)).toEqual(['light', 'heavy', 'late']);
  expect(names((_min, max) => max - 1)).toEqual(['heavy', 'light', 'late']);
});
