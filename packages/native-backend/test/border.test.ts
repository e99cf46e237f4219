/** The names that C++ and TypeScript both declare are the same. */
import { expect, test } from 'vitest';
import { loadAddon } from '../src/addon.js';
import { EVENT_MEMBERS, EVENT_TYPES, PHASES } from '../src/session-events.js';

const addon = loadAddon();

test('the types of events have the same names and numbers on both sides', () => {
  expect(addon.eventTypes).toEqual(EVENT_TYPES);
});

test('the members of an event have the same order on both sides', () => {
  expect(addon.eventMembers).toEqual(EVENT_MEMBERS);
});

test('the phases have the same names on both sides', () => {
  expect(addon.phases).toEqual(PHASES);
});

test('the addon knows the layout of this libremctl, which protocol 1 needs', () => {
  expect(addon.supportsProtocol1()).toBe(true);
});
