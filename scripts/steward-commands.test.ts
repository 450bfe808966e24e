import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS, HOUSE_COMMANDS } from './steward-commands.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

test('every command is a file that an npm script runs as well', () => {
  for (const [name, { file }] of Object.entries({ ...COMMANDS, ...HOUSE_COMMANDS })) {
    expect(existsSync(file), file).toBe(true);
    expect(scripts[name], name).toBe(`node ${file}`);
  }
});

test('every npm script that runs a file of ours is a command', () => {
  const ours = Object.entries(scripts).filter(([, line]) => /^node \S+$/.test(line));
  expect(ours.length).toBeGreaterThan(20);
  for (const [name] of ours) expect({ ...COMMANDS, ...HOUSE_COMMANDS }).toHaveProperty([name]);
});

test('no name is given twice', () => {
  expect(Object.keys(COMMANDS).filter((name) => Object.hasOwn(HOUSE_COMMANDS, name))).toEqual([]);
});

test('every command is read and explained by the one reader of command lines, under its own name', () => {
  for (const [name, { file, about }] of Object.entries({ ...COMMANDS, ...HOUSE_COMMANDS })) {
    const source = readFileSync(file, 'utf8');
    if (about === undefined)
      expect(source).toMatch(new RegExp(`await runScript\\(\\s*\\{\\s*name: '${name}',`));
    expect(source, file).not.toMatch(/parseArgs|argv\.includes/);
  }
});
