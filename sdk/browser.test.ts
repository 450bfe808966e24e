import { builtinModules } from 'node:module';
import { build, type Rolldown } from 'vite';
import { expect, it } from 'vitest';

it('is bundled for browsers whole, with nothing of Node in it', async () => {
  const output = (await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry: 'sdk/index.ts', formats: ['es'] } },
  })) as Rolldown.RolldownOutput[];
  const [chunk, ...others] = output[0]!.output;
  expect(others).toEqual([]);
  expect([...chunk.imports, ...chunk.dynamicImports]).toEqual([]);
  expect(
    chunk.moduleIds.filter(
      (id) => id.startsWith('node:') || builtinModules.includes(id) || id.includes('browser-external'),
    ),
  ).toEqual([]);
  expect(chunk.exports).toContain('ReasoningClient');
  expect(chunk.moduleIds.some((id) => id.includes('eventsource-parser'))).toBe(true);
});
