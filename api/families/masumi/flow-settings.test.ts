import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFlowSettings, type FlowSettings } from './flow-settings.ts';

let folder: string;
let file: string;
let nowMs: number;
let warnings: string[];
let settings: FlowSettings;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steward-settings-'));
  file = join(folder, 'masumi.yaml');
  nowMs = 0;
  warnings = [];
  const environment = { AGENT_IDENTIFIER_a: 'from the environment', PRICE_a: '1 lovelace' };
  settings = createFlowSettings(
    environment,
    file,
    (message) => warnings.push(message),
    () => nowMs,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A second later, as far as the settings can tell. */
function write(text: string): void {
  writeFileSync(file, text);
  nowMs += 1000;
}

describe('Settings of flows', () => {
  it('are the environment’s where there is no file', () => {
    expect(settings()).toEqual({ AGENT_IDENTIFIER_a: 'from the environment', PRICE_a: '1 lovelace' });
    expect(warnings).toEqual([]);
  });

  it('change with the file, which wins, and go with it', () => {
    write('AGENT_IDENTIFIER_a: from the file\n"AGENT_IDENTIFIER_-_a.b_-_": exact\n');
    expect(settings()).toEqual({
      AGENT_IDENTIFIER_a: 'from the file',
      'AGENT_IDENTIFIER_-_a.b_-_': 'exact',
      PRICE_a: '1 lovelace',
    });
    write('PRICE_a: 2 lovelace\n');
    expect(settings()).toEqual({ AGENT_IDENTIFIER_a: 'from the environment', PRICE_a: '2 lovelace' });
    rmSync(file);
    nowMs += 1000;
    expect(settings()).toMatchObject({ PRICE_a: '1 lovelace' });
  });

  it('are looked at once a second at most', () => {
    settings();
    writeFileSync(file, 'PRICE_a: 2 lovelace\n');
    nowMs += 999;
    expect(settings()).toMatchObject({ PRICE_a: '1 lovelace' });
    nowMs += 1;
    expect(settings()).toMatchObject({ PRICE_a: '2 lovelace' });
  });

  it.each(['- a list', 'a: [1', 'OTHER: 1', 'PRICE_: 1', 'PRICE_a: [1]', 'just text'])(
    'stay as they were when the file is wrong, which is said once: %s',
    (text) => {
      write('PRICE_a: 2 lovelace\n');
      expect(settings()).toMatchObject({ PRICE_a: '2 lovelace' });
      write(text);
      settings();
      nowMs += 1000;
      expect(settings()).toMatchObject({ PRICE_a: '2 lovelace' });
      expect(warnings).toEqual([expect.stringContaining(file)]);
    },
  );

  it('come from the environment when the file is empty', () => {
    write('');
    expect(settings()).toMatchObject({ PRICE_a: '1 lovelace' });
    expect(warnings).toEqual([]);
  });

  it('keep long numbers as they are written', () => {
    write(
      'AGENT_IDENTIFIER_a: 123456789012345678901234567890\nAGENT_IDENTIFIER_b: 0012\nAGENT_IDENTIFIER_c: 1e5\n',
    );
    expect(settings()).toMatchObject({
      AGENT_IDENTIFIER_a: '123456789012345678901234567890',
      AGENT_IDENTIFIER_b: '0012',
      AGENT_IDENTIFIER_c: '1e5',
    });
  });
});
