import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS, commandOf } from './steward-commands.ts';

test('every command is a file that an npm script runs as well', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  for (const [name, { file }] of Object.entries(COMMANDS)) {
    expect(existsSync(file), file).toBe(true);
    expect(scripts[name], name).toBe(`node ${file}`);
  }
});

test('an unknown command is refused', () => {
  expect([commandOf(undefined), commandOf('steal'), commandOf('toString')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
