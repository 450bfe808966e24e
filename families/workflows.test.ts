import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { families } from './index.ts';
import { ENGINE_WORKFLOWS } from './vocabulary.ts';

const BUNDLE = join(import.meta.dirname, '..', 'workflows', 'index.ts');

/** The names that the sandbox's bundle exports. The bundle must name its modules itself, so the list is written twice. */
function bundled(): string[] {
  const exports = readFileSync(BUNDLE, 'utf8').matchAll(/^export \{([^}]*)\} from/gm);
  return [...exports].flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
}

test('the workflow bundle exports the engine’s workflows and those of the families, and no others', () => {
  const declared = [...ENGINE_WORKFLOWS, ...families.flatMap(({ workflows }) => workflows)];
  expect(bundled().toSorted()).toEqual(declared.toSorted());
});
