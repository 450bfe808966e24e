import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openHouse, type House } from './house.ts';
import { SCENARIOS } from './scenarios.ts';
import { createWire } from './wire.ts';

const RECORDINGS = join(import.meta.dirname, 'recordings');
const isRecording = process.env['RECORD'] === '1';
const folder = temporaryFolder('wire');
let house: House;

beforeAll(async () => {
  house = await openHouse(folder);
}, 500_000);
afterAll(() => house?.close());

describe('what clients are answered is what was recorded, byte for byte', () => {
  test.each(SCENARIOS)('$name', { timeout: 120_000 }, async ({ name, run }) => {
    const wire = createWire(house.open);
    const file = join(RECORDINGS, `${name}.txt`);
    await run(wire, house);
    const text = wire.text();
    if (isRecording) writeFileSync(file, text);
    expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : `a recording: RECORD=1 makes ${file}`);
  });

  test('every recording belongs to a scenario', () => {
    const names = SCENARIOS.map(({ name }) => `${name}.txt`);
    expect(readdirSync(RECORDINGS).toSorted()).toEqual(names.toSorted());
  });
});
