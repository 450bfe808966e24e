import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { families } from './index.ts';

const root = join(import.meta.dirname, '..');
const PRODUCT =
  '{activities,api,config,db,domain,embedded,families,library,migrations,processes,schemas,scripts,sdk,stand-ins,workers,workflows}/**/*.ts';

/** What a family is known by in code. A room of its own has one of these words in its path, or is a command of its clients. */
const WORDS: Readonly<Record<string, RegExp>> = {
  masumi: /masumi|kodosumi|mip-?003/i,
  reasoning: /reasoning/i,
  omni: /\bomni|Omni/,
};
const ROOMS: Readonly<Record<string, RegExp>> = {
  masumi: /masumi|kodosumi|mip003|payment-service|stand-ins\/agents\//,
  reasoning: /reasoning|^scripts\/task[./]/,
  omni: /omni|stand-ins\/providers\/|^scripts\/(smoke|registry)[./-]/,
};

/** The two lines of each family. */
const LINES = ['families/index.ts', 'workflows/index.ts'];

/** Files outside that name a family all the same, with the reason. */
const ALLOWED: Readonly<Record<string, string>> = {
  'activities/omni/compose-answer.ts': 'a field of the answers of omni has this name',
  'schemas/families/omni/chat.ts': 'a field of the answers of omni has this name',
  'scripts/purchase.ts': 'a command of purchasers, who are clients of this family',
  'scripts/steward-commands.ts': 'the list of commands has the one of those tests',
  'scripts/test.ts': 'a command for developers: it can run the tests at a real Kodosumi',
  'sdk/index.ts': 'the SDK’s entry exports the client of each family',
};

/** Comments may tell where a rule comes from; code may not know. */
const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

const sources = globSync(PRODUCT, { cwd: root })
  .filter((path) => !path.endsWith('.test.ts'))
  .map((path) => [path, code(readFileSync(join(root, path), 'utf8'))] as const);

const outside = (family: string): string[] =>
  sources.flatMap(([path, text]) => (WORDS[family]!.test(text) && !ROOMS[family]!.test(path) ? [path] : []));

test.each(families.map(({ name }) => name))(
  'outside its rooms %s is named by two lines, and by what is a client of it',
  (name) => {
    const named = outside(name).filter((path) => ALLOWED[path] === undefined);
    expect(named.toSorted()).toEqual(LINES);
  },
);

test('nothing is allowed that names no family', () => {
  const named = new Set(families.flatMap(({ name }) => outside(name)));
  expect(Object.keys(ALLOWED).filter((path) => !named.has(path))).toEqual([]);
});

test('each family says by which words it is known', () => {
  expect(Object.keys(WORDS).toSorted()).toEqual(families.map(({ name }) => name).toSorted());
});
