import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchive, type StoredTransaction } from './archive.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steward-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const transaction = (signature: string): StoredTransaction => ({
  signature,
  slot: 1,
  blockTime: 1,
  err: null,
  addresses: ['a'],
  answers: { json: 1, jsonParsed: 2, base64: 3 },
});
const state = {
  slot: 5,
  blockHeight: 4,
  savedAt: 9,
  accounts: { a: { lamports: 1, owner: 'o', data: 'AA==' } },
};

describe('the archive of the chain', () => {
  it('starts empty', () => {
    const archive = openArchive(folder);
    expect([archive.loadState(), archive.loadHistory()]).toEqual([undefined, []]);
  });

  it('gives back the accounts and their history', () => {
    const archive = openArchive(folder);
    archive.appendTransactions([transaction('one')]);
    archive.saveState(state);
    const again = openArchive(folder);
    expect(again.loadState()).toMatchObject(state);
    expect(again.loadHistory()).toEqual([transaction('one')]);
  });

  it('forgets transactions whose effect on accounts was not saved, and lines that a crash cut off', () => {
    const archive = openArchive(folder);
    archive.appendTransactions([transaction('one')]);
    archive.saveState(state);
    archive.appendTransactions([transaction('two')]);
    appendFileSync(join(folder, 'history.jsonl'), '{"signature":"th');
    const again = openArchive(folder);
    expect(again.loadHistory().map(({ signature }) => signature)).toEqual(['one']);
    again.appendTransactions([transaction('three')]);
    again.saveState(state);
    expect(openArchive(folder).loadHistory()).toHaveLength(2);
  });
});
