import { WorkflowCoverage } from '@temporalio/nyc-test-coverage';
import type { WorkerOptions } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

/** True under `npm run coverage`: workflows run in a sandbox that V8's own counting does not reach. */
export const measuring = process.env['COVERAGE'] === '1';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDERS = ['workflows', 'domain', 'schemas'];

/** Istanbul's counts of one file; what else it holds is passed on as it is. */
interface FileCounts {
  s: { [id: string]: number };
  f: { [id: string]: number };
  b: { [id: string]: number[] };
}

type Counts = { [path: string]: FileCounts };

interface Instrumenter {
  instrumentSync(code: string, path: string): string;
}

/** Sends each activation's counts out of the sandbox, through the sink `coverage.merge`. */
export const interceptorModules = (): string[] =>
  measuring ? [new WorkflowCoverage().interceptorModule] : [];

/** Copies what workflows are made of into `folder`, with counters; answers where the bundle starts. */
export function instrumentWorkflows(folder: string): string {
  const fromCoverage = createRequire(createRequire(import.meta.url).resolve('@temporalio/nyc-test-coverage'));
  const { createInstrumenter } = fromCoverage('istanbul-lib-instrument') as {
    createInstrumenter(options: object): Instrumenter;
  };
  const instrumenter = createInstrumenter({ esModules: true, compact: false });
  for (const file of FOLDERS.flatMap(sourcesOf)) {
    // Stripping leaves every position as it was, so that counts need no source map.
    const plain = stripTypeScriptTypes(readFileSync(join(ROOT, file), 'utf8'), { mode: 'strip' });
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), instrumenter.instrumentSync(plain, join(ROOT, file)));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'workflows', 'index.ts');
}

const sourcesOf = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));

const collected: Counts = {};

/** What workers on the instrumented bundle need; nothing while nobody measures. */
export function workflowSinks(): { sinks?: NonNullable<WorkerOptions['sinks']> } {
  if (!measuring) return {};
  return {
    sinks: {
      coverage: {
        merge: { fn: (_workflow: unknown, counts: Counts) => collect(counts), callDuringReplay: false },
      },
    },
  };
}

function collect(counts: Counts): void {
  for (const [path, file] of Object.entries(counts)) {
    const known = collected[path];
    if (known === undefined) {
      collected[path] = file;
      continue;
    }
    for (const id in file.s) known.s[id] = (known.s[id] ?? 0) + (file.s[id] ?? 0);
    for (const id in file.f) known.f[id] = (known.f[id] ?? 0) + (file.f[id] ?? 0);
    for (const id in file.b)
      known.b[id] = (file.b[id] ?? []).map((count, index) => (known.b[id]?.[index] ?? 0) + count);
  }
}

if (measuring)
  afterAll(() => {
    if (Object.keys(collected).length === 0) return;
    const folder = join(ROOT, 'coverage', 'workflows');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(collected));
  });
