import { expect, test } from 'vitest';
import { EngineEvent } from '../schemas/core/event.ts';
import { loadConfig } from './config.ts';
import { defineFamily, type Family } from './define.ts';
import { families } from './index.ts';
import { refuseClashes, searchAttributesOf, vocabularyOf } from './vocabulary.ts';

const family = (name: string, parts: Partial<Family> = {}): Family =>
  defineFamily({
    name,
    workflows: [],
    api: () => Promise.reject(new Error('not served here')),
    ...parts,
  });

const settings = (name: string) => ({ title: 'Some', shape: {}, open: { name, owns: () => false } });
const problem = { status: 400, title: 'Bad request' };

const CLAIMS: [what: string, name: string, parts: Partial<Family>][] = [
  ['setting', 'SOME_SETTINGS', { settings: settings('SOME_SETTINGS') }],
  ['event', 'thing.done', { events: ['thing.done'] }],
  ['problem code', 'thing_broken', { problems: { thing_broken: problem } }],
  ['queue', 'things', { queues: [{ name: 'things' }] }],
  ['message', 'thingDone', { messages: { signals: ['thingDone'] } }],
  ['search attribute', 'Thing', { searchAttributes: { Thing: 'Keyword' } }],
  ['crash point', 'thing.done', { crashPoints: { 'thing.done': 'Nothing.' } }],
  ['kind of account', 'thing', { accounts: ['thing'] }],
  ['workflow', 'thing', { workflows: ['thing'] }],
  ['check of /health', 'thing', { health: { checks: ['thing'] } }],
  ['metric of /health', 'things', { health: { metrics: ['things'] } }],
  ['member of /health', 'thing', { health: { fields: ['thing'] } }],
];

test.each(CLAIMS)('two families that claim the %s "%s" do not start', (what, name, parts) => {
  expect(() => refuseClashes([family('one', parts)])).not.toThrow();
  const both = [family('one', parts), family('two', parts)];
  const error = `The ${what} "${name}" is claimed by the family one and by the family two: give one of them another name`;
  expect(() => refuseClashes(both)).toThrow(error);
  expect(() => loadConfig({}, both)).toThrow(error);
});

test('two families of one name do not start', () => {
  expect(() => refuseClashes([family('one'), family('one')])).toThrow('The name "one" is claimed');
});

const ENGINE: [what: string, name: string, parts: Partial<Family>][] = [
  ['setting', 'DATABASE_URL', { settings: settings('DATABASE_URL') }],
  ['event', 'run.failed', { events: ['run.failed'] }],
  ['problem code', 'unavailable', { problems: { unavailable: problem } }],
  ['queue', 'money', { queues: [{ name: 'money' }] }],
  ['message', 'approve', { messages: { signals: ['approve'] } }],
  ['message', 'cancelRun', { messages: { queries: ['cancelRun'] } }],
  ['search attribute', 'StewardStatus', { searchAttributes: { StewardStatus: 'Keyword' } }],
  ['crash point', 'payment.signed', { crashPoints: { 'payment.signed': 'Nothing.' } }],
  ['crash point', 'claim.taken', { crashPoints: { 'claim.taken': 'Nothing.' } }],
  ['kind of account', 'escrow', { accounts: ['escrow'] }],
  ['workflow', 'settlementSweep', { workflows: ['settlementSweep'] }],
  ['check of /health', 'database', { health: { checks: ['database'] } }],
  ['metric of /health', 'queueDepth', { health: { metrics: ['queueDepth'] } }],
  ['member of /health', 'status', { health: { fields: ['status'] } }],
];

test.each(ENGINE)('the engine’s %s "%s" is no family’s', (what, name, parts) => {
  expect(() => refuseClashes([family('one', parts)])).toThrow(
    `The ${what} "${name}" is claimed by the engine and by the family one`,
  );
});

test('an update and a signal may not share a name', () => {
  const messages = { updates: ['thing'], signals: ['thing'] };
  expect(() => refuseClashes([family('one', { messages })])).toThrow('The message "thing" is claimed');
});

test('what is served here starts, and its names are the engine’s with the families’', () => {
  expect(() => refuseClashes(families)).not.toThrow();
  const { queues, crashPoints, stopPoints } = vocabularyOf(families);
  expect(queues).toEqual(['engine', 'money', 'llm', 'kodosumi', 'following']);
  expect(crashPoints).toEqual(expect.arrayContaining(['payment.signed', 'job.launched']));
  expect(stopPoints).toEqual(expect.arrayContaining([...crashPoints, 'claim.taken']));
  const own = family('one', { searchAttributes: { Thing: 'Int' } });
  expect(searchAttributesOf([own])).toMatchObject({ StewardFamily: 'Keyword', Thing: 'Int' });
});

test('the engine’s events leave room for families', () => {
  expect(EngineEvent.options).not.toContain('payment.changed');
});

test.each(['', 'Masumi', 'a/b', '9lives', 'x'.repeat(33)])('"%s" names no family', (name) => {
  expect(() => family(name)).toThrow('names no family');
});
